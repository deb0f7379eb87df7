/** Finds the pod, and the container in it, that a request reaches into. */
import { badRequest, type KubeObject, notFound, type StatusError, serviceUnavailable } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { getStored } from '../registry/resource-store.ts';
import type { ContainerTarget, NodeConnector } from './node-connector.ts';

interface Named {
  readonly name: string;
}

/** The parts of a pod that say where its containers run. */
export interface RunningPod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers?: readonly (Named & { readonly ports?: readonly { readonly containerPort: number }[] })[];
    readonly initContainers?: readonly Named[];
    readonly ephemeralContainers?: readonly Named[];
  };
  readonly status?: { readonly podIP?: string };
}

/** The pod of a request. Throws 404. */
export async function podOf({ store, attributes }: ApiCall, name: string = attributes.name): Promise<RunningPod> {
  return (await getStored(store, attributes.namespace, name)).object as RunningPod;
}

/** The container that is asked for, or the only one. Throws 400 in the words of the real server. */
export function containerOf({ metadata: { name: pod }, spec }: RunningPod, asked: string): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec;
  const names = (list: readonly Named[]): string => list.map(({ name }) => name).join(' ');
  if (asked !== '') {
    const all = [...containers, ...initContainers, ...ephemeralContainers];
    if (all.some(({ name }) => name === asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod}`);
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only.name;
  if (only === undefined) throw badRequest(`a container name must be specified for pod ${pod}`);
  const others = initContainers.length === 0 ? '' : ` or one of the init containers: [${names(initContainers)}]`;
  throw badRequest(`a container name must be specified for pod ${pod}, choose one of: [${names(containers)}]${others}`);
}

/** The container to run something in. Throws 400 for pods that have no node yet. */
export async function containerTarget(call: ApiCall): Promise<ContainerTarget> {
  const pod = await podOf(call);
  const container = containerOf(pod, call.attributes.query.get('container') ?? '');
  await checkNode(call, pod);
  return { namespace: call.attributes.namespace, pod: call.attributes.name, container };
}

/** Throws 400 for pods that have no node yet, and 404 when their node is gone. */
export async function checkNode({ environment, store, attributes }: ApiCall, pod: RunningPod): Promise<void> {
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${attributes.name} does not have a host assigned`);
  const nodes = environment.catalog.storeOf('', 'nodes');
  if (nodes === undefined || (await store.storage.get(nodes.prefix, nodeName)) === undefined)
    throw notFound({ group: '', resource: 'nodes' }, nodeName);
}

/** The nodes' side. Throws 503 where nobody plays the kubelet. */
export function requireNodes(nodes: NodeConnector | undefined): NodeConnector {
  if (nodes === undefined) throw noKubelet();
  return nodes;
}

const noKubelet = (): StatusError =>
  serviceUnavailable('error trying to reach service: no kubelet serves the nodes of this cluster');
