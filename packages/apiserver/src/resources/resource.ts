/** What the API server knows of a resource: one row of the resource table, or a custom resource definition. */

/** A column of a Table answer. */
export interface ResourceColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  /** Where a custom resource has the value (`.spec.size`); built-in kinds have printers instead. */
  readonly jsonPath?: string;
}

/** A subresource, with the kind it reads and writes. */
export interface Subresource {
  readonly subresource: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** A resource in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** Plural name, as in paths. */
  readonly resource: string;
  readonly kind: string;
  /** The kind of its lists, where it is not the kind with `List` behind it. */
  readonly listKind?: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
  readonly columns: readonly ResourceColumn[];
  /** Field labels that a fieldSelector may use. */
  readonly fieldSelectors: readonly string[];
  /** Group and version that objects are stored in (`autoscaling/v2`), where it is not the resource's own. */
  readonly storageVersion?: string;
  /** What every answer warns of, where the version is on its way out. */
  readonly deprecationWarning?: string;
  /** Name of the type in the schema table, for example `io.k8s.api.core.v1.Pod`. */
  readonly schema: string;
}
