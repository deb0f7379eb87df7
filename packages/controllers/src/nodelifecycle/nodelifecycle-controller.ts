/** The node lifecycle controller: taints Nodes by their conditions, and evicts Pods that do not tolerate it. */
import { formatTime } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { disruptionTarget } from '../pod/disruption.ts';
import { findCondition, isPodReady, isPodTerminal, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { NODES, type Node, type Taint, type Toleration } from '../scheduler/node.ts';
import { indexByNode, podsOn } from '../scheduler/pods-by-node.ts';
import { tolerates } from '../scheduler/taints.ts';
import { unlessGone } from '../write-failure.ts';
import { desiredTaints } from './node-taints.ts';

/** Keeps the taints of Nodes in step with their conditions, and the Pods on them in step with the taints. */
export const startNodeLifecycleController = (context: ControllerContext): Controller =>
  new NodeLifecycleController(context);

class NodeLifecycleController implements Controller {
  readonly name = 'node-controller';
  readonly #context: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<Node>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers } = context;
    this.#context = context;
    this.#nodes = informers.informer<Node>(NODES);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<Node>(NODES);
    const reconcile = (name: string): Promise<void> => this.#reconcile(name);
    this.#loop = new ControlLoop(context, { name: 'nodes', component: 'taint-eviction-controller', reconcile });
    indexByNode(this.#pods);
    this.#loop.follow(this.#nodes, {
      added: ({ metadata }) => this.#loop.queue.add(metadata.name ?? ''),
      updated: (old, node) => {
        if (!semanticEqual(relevant(old), relevant(node))) this.#loop.queue.add(node.metadata.name ?? '');
      },
    });
    this.#loop.follow(this.#pods, {
      added: (pod) => this.#podBound(pod),
      updated: (old, pod) => old.spec.nodeName !== pod.spec.nodeName && this.#podBound(pod),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #podBound({ spec }: Pod): void {
    const node = spec.nodeName ? this.#nodes.get(spec.nodeName) : undefined;
    if (node?.spec?.taints?.some(({ effect }) => effect === 'NoExecute')) this.#loop.queue.add(spec.nodeName ?? '');
  }

  async #reconcile(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    const taints = desiredTaints(node, formatTime(this.#context.clock.now()));
    if (!semanticEqual(taints, node.spec?.taints ?? []))
      await this.#resource.patch(name, {
        metadata: { resourceVersion: node.metadata.resourceVersion },
        spec: { taints: taints.length > 0 ? taints : null },
      });
    const ready = findCondition(node.status?.conditions, 'Ready');
    if (ready !== undefined && ready.status !== 'True') await this.#markNotReady(name);
    const noExecute = taints.filter(({ effect }) => effect === 'NoExecute');
    if (noExecute.length > 0) await this.#evict(name, noExecute);
  }

  /** Pods on a Node in trouble are not to be sent traffic. */
  async #markNotReady(name: string): Promise<void> {
    const lastTransitionTime = formatTime(this.#context.clock.now());
    const pods = podsOn(this.#pods, name).filter(isPodReady);
    const body = { status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] } };
    await Promise.all(
      pods.map(({ metadata }) =>
        this.#context.client
          .resource<Pod>(PODS)
          .patch(metadata.name ?? '', body, { namespace: metadata.namespace, type: 'strategic', subresource: 'status' })
          .catch(unlessGone),
      ),
    );
  }

  async #evict(name: string, taints: readonly Taint[]): Promise<void> {
    const now = this.#context.clock.now();
    for (const pod of podsOn(this.#pods, name)) {
      if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) continue;
      const dueMs = evictionTime(pod.spec.tolerations ?? [], taints, now);
      if (dueMs === undefined) continue;
      if (dueMs > now) this.#loop.queue.addAfter(name, dueMs - now);
      else await this.#delete(pod);
    }
  }

  async #delete(pod: Pod): Promise<void> {
    const { name = '', namespace } = pod.metadata;
    this.#loop.events.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    const message = 'Taint manager: deleting due to NoExecute taint';
    const condition = disruptionTarget('DeletionByTaintManager', message, this.#context.clock.now());
    const pods = this.#context.client.resource<Pod>(PODS);
    await pods
      .patch(name, { status: { conditions: [condition] } }, { namespace, type: 'strategic', subresource: 'status' })
      .then(() => pods.delete(name, { namespace }))
      .catch(unlessGone);
  }
}

/** When a Pod has to go: at once if a taint is not tolerated, never if all are for good. */
function evictionTime(tolerations: readonly Toleration[], taints: readonly Taint[], nowMs: number): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    const covering = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (covering.length === 0) return nowMs;
    const limits = covering.map(({ tolerationSeconds }) => tolerationSeconds).filter((limit) => limit !== undefined);
    if (limits.length === 0) continue;
    const dueMs = Date.parse(taint.timeAdded ?? formatTime(nowMs)) + Math.max(0, Math.min(...limits)) * 1000;
    earliest = Math.min(earliest ?? dueMs, dueMs);
  }
  return earliest;
}

/** Heartbeats change nothing that taints depend on. */
const relevant = ({ spec, status }: Node): unknown => [
  spec,
  (status?.conditions ?? []).map(({ type, status: value }) => [type, value]),
];
