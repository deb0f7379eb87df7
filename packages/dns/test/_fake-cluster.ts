/** A cluster of plain objects behind informers, without an API server. */
import { type GroupVersionResource, type KubeObject, objectKey } from '@towtank/apimachinery';
import type { InformerSource, ObjectHandler, ObjectSource } from '../src/index.ts';

const RESOURCES: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Service: 'services',
  EndpointSlice: 'endpointslices',
  Pod: 'pods',
};

class FakeSource implements ObjectSource<KubeObject> {
  hasSynced = true;
  readonly objects: Map<string, KubeObject> = new Map();
  readonly handlers: Set<ObjectHandler<KubeObject>> = new Set();

  addHandler(handler: ObjectHandler<KubeObject>): () => void {
    this.handlers.add(handler);
    for (const object of this.objects.values()) handler.added(object);
    return () => void this.handlers.delete(handler);
  }
}

/** Holds objects and tells handlers at once what happens to them. */
export class FakeCluster implements InformerSource {
  readonly #sources = new Map<string, FakeSource>();

  constructor(objects: readonly KubeObject[] = []) {
    this.put(...objects);
  }

  informer<T extends KubeObject>({ resource }: GroupVersionResource): ObjectSource<T> {
    return this.source(resource) as unknown as ObjectSource<T>;
  }

  source(resource: string): FakeSource {
    let source = this.#sources.get(resource);
    if (source === undefined) {
      source = new FakeSource();
      this.#sources.set(resource, source);
    }
    return source;
  }

  put(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      const resource = RESOURCES[object.kind ?? ''];
      if (resource === undefined) continue;
      const { objects: known, handlers } = this.source(resource);
      const old = known.get(objectKey(object));
      known.set(objectKey(object), object);
      for (const handler of handlers) old === undefined ? handler.added(object) : handler.updated(old, object);
    }
  }

  delete(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      const { objects: known, handlers } = this.source(RESOURCES[object.kind ?? ''] ?? '');
      known.delete(objectKey(object));
      for (const handler of handlers) handler.deleted(object);
    }
  }
}

export const namespace = (name: string): KubeObject => ({ kind: 'Namespace', metadata: { name } });

/** A Service named `namespace/name`. */
export function service(key: string, spec: Record<string, unknown>): KubeObject {
  const [namespaceName = '', name = ''] = key.split('/');
  return { kind: 'Service', metadata: { name, namespace: namespaceName }, spec };
}

/** One endpoint: an address, or more about it. */
export type Endpoint = string | { readonly addresses: string[]; readonly [field: string]: unknown };

/** The slice of the Service `namespace/name`; its own name may follow after another slash. */
export function slice(
  key: string,
  endpoints: readonly Endpoint[],
  { ports, addressType = 'IPv4' }: { ports?: readonly object[] | null; addressType?: string } = {},
): KubeObject {
  const [namespaceName = '', name = '', suffix = '1'] = key.split('/');
  return {
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${suffix}`,
      namespace: namespaceName,
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType,
    endpoints: endpoints.map((endpoint) => (typeof endpoint === 'string' ? { addresses: [endpoint] } : endpoint)),
    ports: ports === undefined ? [{ name: 'http', port: 8080, protocol: 'TCP' }] : ports,
  };
}

/** The pod `namespace/name`. */
export function pod(key: string, podIP: string, status: Record<string, unknown> = {}): KubeObject {
  const [namespaceName = '', name = ''] = key.split('/');
  return {
    kind: 'Pod',
    metadata: { name, namespace: namespaceName },
    spec: {},
    status: { phase: 'Running', podIP, ...status },
  };
}
