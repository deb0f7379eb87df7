/** The root CA publisher: every namespace has a config map with the authority that signs for the API server. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import { type Informer, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { isActiveNamespace, NAMESPACES } from '../namespace/namespace.ts';
import { isNamespaceTerminating } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };

const NAME = 'kube-root-ca.crt';
const ANNOTATIONS = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
    'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes ' +
    'clusters.',
};

/** What the publisher works with. */
export interface RootCaOptions extends ControllerContext {
  /** The authority's certificate. */
  readonly caPem: string;
}

/** Starts the controller. Its informers must have synced. */
export function startRootCaController({ client, informers, clock, activity, caPem }: RootCaOptions): Controller {
  const namespaces: Informer = informers.informer(NAMESPACES);
  const configMaps: Informer = informers.informer(CONFIG_MAPS);
  const resource = client.resource(CONFIG_MAPS);
  const data = { 'ca.crt': caPem };
  const queue = new WorkQueue({ name: 'root CA', reconcile, clock, activity });
  const queueNamespace = ({ metadata }: KubeObject): void => queue.add(metadata.name ?? '');
  const queueConfigMap = ({ metadata }: KubeObject): void => {
    if (metadata.name === NAME) queue.add(metadata.namespace ?? '');
  };
  const handlers = [
    namespaces.addHandler({ added: queueNamespace, updated: (_, namespace) => queueNamespace(namespace) }),
    configMaps.addHandler({ updated: (_, configMap) => queueConfigMap(configMap), deleted: queueConfigMap }),
  ];

  async function reconcile(namespace: string): Promise<void> {
    if (!isActiveNamespace(namespaces.get(namespace))) return;
    const current = configMaps.get(`${namespace}/${NAME}`);
    if (current === undefined) return create(namespace);
    const { annotations, ...metadata } = current.metadata;
    if (semanticEqual(current.data, data) && hasAll(annotations, ANNOTATIONS)) return;
    await resource.update({
      ...current,
      metadata: { ...metadata, annotations: { ...annotations, ...ANNOTATIONS } },
      data,
    });
  }

  async function create(namespace: string): Promise<void> {
    const metadata = { name: NAME, namespace, annotations: ANNOTATIONS };
    try {
      await resource.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    } catch (error) {
      if (!hasReason(error, 'NotFound') && !isNamespaceTerminating(error)) throw error;
    }
  }

  return {
    name: 'root-ca-certificate-publisher-controller',
    async [Symbol.asyncDispose]() {
      for (const remove of handlers) remove();
      await queue.close();
    },
  };
}

const hasAll = (have: Record<string, string> = {}, want: Record<string, string>): boolean =>
  Object.entries(want).every(([name, value]) => have[name] === value);
