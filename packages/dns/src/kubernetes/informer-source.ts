/** What the DNS needs of informers: the factory of `@towtank/client` fits, and so does a small fake. */
import type { GroupVersionResource, KubeObject } from '@towtank/apimachinery';

/** Hears of every object of a resource. Objects are frozen and shared. */
export interface ObjectHandler<T> {
  added(object: T): void;
  updated(old: T, object: T): void;
  deleted(object: T): void;
}

/** A cache of one resource. */
export interface ObjectSource<T> {
  /** True once the first list has been delivered. */
  readonly hasSynced: boolean;
  /** Calls back for every object there is, then for every change; the result ends it. */
  addHandler(handler: ObjectHandler<T>): () => void;
}

/** Hands out the cache of a resource, the same one for everybody who asks. */
export interface InformerSource {
  informer<T extends KubeObject>(resource: GroupVersionResource): ObjectSource<T>;
}
