/** What a request asks of the API, read from its method and path. */

/** Attributes that authorization, admission and handlers work from. */
export interface RequestAttributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; lower-case method otherwise. */
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Path below the subresource (`proxy`), with its leading slash; empty otherwise. */
  readonly rest: string;
}
