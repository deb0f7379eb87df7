/** Reading the cluster's state from beside the request path: authentication, admission. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Storage } from './storage.ts';

/** Reads objects by their storage prefix (`pods`, `apps/deployments`). They are frozen and shared. */
export interface ObjectReader {
  get(prefix: string, name: string, namespace?: string): Promise<KubeObject | undefined>;
  list(prefix: string, namespace?: string): Promise<readonly KubeObject[]>;
}

/** Reads straight from storage: always the newest state. */
export const objectReader = (storage: Storage): ObjectReader => ({
  get: async (prefix, name, namespace) =>
    (await storage.get(prefix, namespace === undefined ? name : `${namespace}/${name}`))?.object,
  list: async (prefix, namespace) => (await storage.list(prefix, { namespace })).items.map(({ object }) => object),
});
