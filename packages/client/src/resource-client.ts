/** The verbs of one resource. */
import {
  type GroupVersionResource,
  type KubeList,
  type KubeObject,
  objectKey,
  type Status,
  type Watch,
} from '@towtank/apimachinery';
import { resourcePath } from './resource-path.ts';

/** Where a single object lives. */
export interface ObjectScope {
  readonly namespace?: string | undefined;
}

/** Options of a write. */
export interface WriteOptions extends ObjectScope {
  readonly dryRun?: boolean;
  /** Name recorded in managedFields; the client's own by default. */
  readonly fieldManager?: string;
}

/** Which objects, and from which revision. */
export interface ListOptions extends ObjectScope {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly signal?: AbortSignal;
}

/** Options of a watch. */
export interface WatchOptions extends ObjectScope {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: 'NotOlderThan';
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** How a patch body is to be read. */
export type PatchType = 'merge' | 'strategic' | 'json' | 'apply';

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  /** `merge` by default. */
  readonly type?: PatchType;
  readonly subresource?: string;
  /** Takes fields that other managers own; server-side apply only. */
  readonly force?: boolean;
}

/** Options of a deletion. */
export interface DeleteOptions extends ObjectScope {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

/** The verbs of a subresource. */
export interface SubresourceClient<S extends KubeObject = KubeObject> {
  get(name: string, options?: ObjectScope): Promise<S>;
  create(name: string, body: KubeObject, options?: WriteOptions): Promise<S>;
  update(name: string, body: KubeObject, options?: WriteOptions): Promise<S>;
}

/**
 * The verbs of one resource. Objects that come back may be shared with the server and with others, so never change
 * them: clone first. Every failure is a StatusError; a server that cannot be reached gives the transport's own error.
 */
export interface ResourceClient<T extends KubeObject = KubeObject> {
  readonly gvr: GroupVersionResource;
  get(name: string, options?: ObjectScope & { readonly resourceVersion?: string }): Promise<T>;
  list(options?: ListOptions): Promise<KubeList<T>>;
  /** Admits a watch; its `start` begins delivery. */
  watch(options?: WatchOptions): Promise<Watch>;
  /** The namespace is the object's own unless given. */
  create(object: T, options?: WriteOptions): Promise<T>;
  update(object: T, options?: WriteOptions): Promise<T>;
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  patch(name: string, body: unknown, options?: PatchOptions): Promise<T>;
  delete(name: string, options?: DeleteOptions): Promise<T | Status>;
  deleteCollection(options?: DeleteOptions & ListOptions): Promise<KubeList<T> | Status>;
  subresource<S extends KubeObject = KubeObject>(subresource: string): SubresourceClient<S>;
}

/** What a request carries beside its method and URL. */
export interface RequestBody {
  readonly object?: unknown;
  /** `application/json` by default. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a resource client needs of its client. */
export interface Requester {
  readonly fieldManager: string | undefined;
  /** Sends a request and answers the object; throws StatusError for every failure. */
  send(method: string, url: string, body?: RequestBody): Promise<unknown>;
  watch(url: string, signal?: AbortSignal): Promise<Watch>;
}

const PATCH_CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** The verbs of `gvr`, carried by `requester`. */
export function resourceClient<T extends KubeObject>(
  requester: Requester,
  gvr: GroupVersionResource,
): ResourceClient<T> {
  const send = async <R>(method: string, url: string, body?: RequestBody): Promise<R> =>
    (await requester.send(method, url, body)) as R;
  const writeQuery = ({ dryRun, fieldManager = requester.fieldManager }: WriteOptions): Record<string, string> => ({
    ...(dryRun ? { dryRun: 'All' } : {}),
    ...(fieldManager ? { fieldManager } : {}),
  });
  const put = (object: T, options: WriteOptions, subresource?: string): Promise<T> => {
    const target = { namespace: options.namespace ?? object.metadata.namespace, name: nameOf(object), subresource };
    return send('PUT', resourcePath(gvr, target, writeQuery(options)), { object });
  };
  return {
    gvr,
    get: (name, { namespace, ...query } = {}) => send('GET', resourcePath(gvr, { namespace, name }, query)),
    list: ({ namespace, signal, ...query } = {}) => send('GET', resourcePath(gvr, { namespace }, query), { signal }),
    watch: ({ namespace, signal, ...query } = {}) =>
      requester.watch(resourcePath(gvr, { namespace }, { watch: true, ...query }), signal),
    create: (object, options = {}) => {
      const namespace = options.namespace ?? object.metadata.namespace;
      return send('POST', resourcePath(gvr, { namespace }, writeQuery(options)), { object });
    },
    update: (object, options = {}) => put(object, options),
    updateStatus: (object, options = {}) => put(object, options, 'status'),
    patch: (name, body, { namespace, subresource, type = 'merge', force, ...options } = {}) => {
      const query = { ...writeQuery(options), ...(force === undefined ? {} : { force }) };
      const path = resourcePath(gvr, { namespace, name, subresource }, query);
      return send('PATCH', path, { object: body, contentType: PATCH_CONTENT_TYPES[type] });
    },
    delete: (name, { namespace, ...options } = {}) =>
      send('DELETE', resourcePath(gvr, { namespace, name }), { object: deleteOptions(options) }),
    deleteCollection: ({
      namespace,
      propagationPolicy,
      preconditions,
      gracePeriodSeconds,
      dryRun,
      signal,
      ...query
    } = {}) =>
      send('DELETE', resourcePath(gvr, { namespace }, query), {
        object: deleteOptions({ propagationPolicy, preconditions, gracePeriodSeconds, dryRun }),
        signal,
      }),
    subresource: <S extends KubeObject>(subresource: string): SubresourceClient<S> => ({
      get: (name, { namespace } = {}) => send('GET', resourcePath(gvr, { namespace, name, subresource })),
      create: (name, body, { namespace, ...options } = {}) =>
        send('POST', resourcePath(gvr, { namespace, name, subresource }, writeQuery(options)), { object: body }),
      update: (name, body, { namespace, ...options } = {}) =>
        send('PUT', resourcePath(gvr, { namespace, name, subresource }, writeQuery(options)), { object: body }),
    }),
  };
}

function nameOf(object: KubeObject): string {
  if (!object.metadata.name) throw new TypeError(`${object.kind ?? 'object'} "${objectKey(object)}" has no name`);
  return object.metadata.name;
}

type DeleteBody = { readonly [K in keyof Omit<DeleteOptions, 'namespace'>]: DeleteOptions[K] | undefined };

function deleteOptions({ dryRun, ...options }: DeleteBody): Record<string, unknown> | undefined {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length === 0 && !dryRun) return undefined;
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...Object.fromEntries(given),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}
