/** Publishers: every namespace has a config map of a certain content. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { isActiveNamespace, NAMESPACES } from '../namespace/namespace.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { isNamespaceTerminating } from '../write-failure.ts';

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };

/** What is published. */
export interface PublishedConfigMap {
  /** Name of the controller. */
  readonly controller: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /** Whether others may put their own content into it. */
  readonly keepsChanges: boolean;
}

/** Starts a publisher. Its informers must have synced. */
export function startConfigMapPublisher(context: ControllerContext, published: PublishedConfigMap): Controller {
  const { client, informers } = context;
  const { controller, name, annotations: wanted, data, keepsChanges } = published;
  const namespaces: Informer = informers.informer(NAMESPACES);
  const configMaps: Informer = informers.informer(CONFIG_MAPS);
  const resource = client.resource(CONFIG_MAPS);
  const loop = new ControlLoop(context, { name: controller, component: controller, reconcile });
  const queueConfigMap = ({ metadata }: KubeObject): void => {
    if (metadata.name === name) loop.queue.add(metadata.namespace ?? '');
  };
  loop.followKeys(namespaces);
  loop.follow(configMaps, { updated: (_, configMap) => queueConfigMap(configMap), deleted: queueConfigMap });

  async function reconcile(namespace: string): Promise<void> {
    if (!isActiveNamespace(namespaces.get(namespace))) return;
    const current = configMaps.get(`${namespace}/${name}`);
    if (current === undefined) return create(namespace);
    const { annotations, ...metadata } = current.metadata;
    if ((keepsChanges || semanticEqual(current.data, data)) && hasAll(annotations, wanted)) return;
    await resource.update({
      ...current,
      metadata: { ...metadata, annotations: { ...annotations, ...wanted } },
      data: keepsChanges ? current.data : data,
    });
  }

  async function create(namespace: string): Promise<void> {
    const metadata = { name, namespace, annotations: wanted };
    try {
      await resource.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    } catch (error) {
      if (!hasReason(error, 'NotFound') && !isNamespaceTerminating(error)) throw error;
    }
  }

  return { name: controller, [Symbol.asyncDispose]: () => loop.close() };
}

const hasAll = (have: Readonly<Record<string, string>> = {}, want: Readonly<Record<string, string>>): boolean =>
  Object.entries(want).every(([key, value]) => have[key] === value);
