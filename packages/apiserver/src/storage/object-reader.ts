/** Reading the cluster's state from beside the request path: authentication, admission. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Storage } from './storage.ts';

/** Reads objects by their storage prefix (`pods`, `apps/deployments`). They are frozen and shared. */
export interface ObjectReader {
  get(prefix: string, name: string, namespace?: string): KubeObject | undefined;
  list(prefix: string, namespace?: string): readonly KubeObject[];
}

const NONE: readonly KubeObject[] = [];

/** Reads the newest state that the store holds in this process. */
export const objectReader = (storage: Storage): ObjectReader => ({
  get: (prefix, name, namespace) =>
    storage.peek(prefix, namespace === undefined ? name : `${namespace}/${name}`)?.object,
  list(prefix, namespace) {
    const stored = storage.peekAll(prefix, { namespace });
    return stored.length === 0 ? NONE : stored.map(({ object }) => object);
  },
});
