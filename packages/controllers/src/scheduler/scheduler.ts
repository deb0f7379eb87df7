/** The scheduler: binds Pods to Nodes. */
import { formatTime, type KubeObject, objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { findCondition, isPodTerminal, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { unlessGone } from '../write-failure.ts';
import { chooseNode } from './choose-node.ts';
import { NODES, type Node } from './node.ts';
import { NodeInfo } from './node-info.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const DEFAULT_NAME = 'default-scheduler';
const ROUND = 'pending pods';

/** Options of the scheduler. */
export interface SchedulerOptions {
  /** Pods that ask for this scheduler are its own; `default-scheduler` by default. */
  readonly schedulerName?: string;
}

/**
 * Binds every Pod without a Node to one that fits. Deterministic: by priority, then age, then name, each to the Node
 * with the fewest Pods, then the first by name. Pods that fit nowhere are tried again when something changes.
 */
export const startScheduler = (context: ControllerContext, options: SchedulerOptions = {}): Controller =>
  new Scheduler(context, options);

class Scheduler implements Controller {
  readonly name: string;
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;
  readonly #namespaces: Informer<KubeObject>;
  readonly #resource: ResourceClient<Pod>;
  readonly #loop: ControlLoop;
  readonly #infos = new Map<string, NodeInfo>();
  /** Pods by key that wait for a Node. */
  readonly #pending = new Map<string, Pod>();
  /** Node by key of the Pods that have one. */
  readonly #placed = new Map<string, string>();
  #sortedInfos: NodeInfo[] | undefined;

  constructor(context: ControllerContext, { schedulerName = DEFAULT_NAME }: SchedulerOptions) {
    const { client, informers } = context;
    this.name = schedulerName;
    this.#context = context;
    this.#pods = informers.informer<Pod>(PODS);
    this.#namespaces = informers.informer(NAMESPACES);
    this.#resource = client.resource<Pod>(PODS);
    this.#loop = new ControlLoop(context, { name: ROUND, component: schedulerName, reconcile: () => this.#round() });
    this.#loop.follow(informers.informer<Node>(NODES), {
      added: (node) => this.#setNode(node),
      updated: (old, node) => this.#setNode(node, old),
      deleted: ({ metadata }) => this.#dropNode(metadata.name ?? ''),
    });
    this.#loop.follow(this.#pods, {
      added: (pod) => this.#setPod(pod),
      updated: (_, pod) => this.#setPod(pod),
      deleted: (pod) => this.#dropPod(objectKey(pod)),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #setNode(node: Node, old?: Node): void {
    const name = node.metadata.name ?? '';
    const known = this.#infos.get(name);
    if (known === undefined) {
      const info = new NodeInfo(node);
      this.#infos.set(name, info);
      this.#sortedInfos = undefined;
      for (const pod of this.#pods.list()) if (pod.spec.nodeName === name) info.set(objectKey(pod), pod);
    } else known.update(node);
    if (old === undefined || !semanticEqual(relevant(old), relevant(node))) this.#wake();
  }

  #dropNode(name: string): void {
    this.#infos.delete(name);
    this.#sortedInfos = undefined;
    this.#wake();
  }

  #setPod(pod: Pod): void {
    const key = objectKey(pod);
    if (pod.spec.nodeName) {
      this.#pending.delete(key);
      this.#place(key, pod, pod.spec.nodeName);
      // A finished or relabelled Pod may make room, or company, for one that waits.
      return this.#wake();
    }
    if (this.#placed.has(key)) return;
    if (!this.#isMine(pod)) return void this.#pending.delete(key);
    const known = this.#pending.get(key);
    this.#pending.set(key, pod);
    // What this scheduler writes into the status is no reason to try again.
    if (known === undefined || !semanticEqual([known.spec, known.metadata.labels], [pod.spec, pod.metadata.labels]))
      this.#wake();
  }

  #dropPod(key: string): void {
    this.#pending.delete(key);
    this.#unplace(key);
    this.#wake();
  }

  #isMine(pod: Pod): boolean {
    const { schedulerName = DEFAULT_NAME, schedulingGates = [] } = pod.spec;
    if (schedulerName !== this.name || schedulingGates.length > 0) return false;
    return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
  }

  #place(key: string, pod: Pod, nodeName: string): void {
    if (this.#placed.get(key) !== nodeName) this.#unplace(key);
    this.#placed.set(key, nodeName);
    this.#infos.get(nodeName)?.set(key, pod);
  }

  #unplace(key: string): void {
    this.#infos.get(this.#placed.get(key) ?? '')?.delete(key);
    this.#placed.delete(key);
  }

  #wake(): void {
    if (this.#pending.size > 0) this.#loop.queue.add(ROUND);
  }

  /** Tries every waiting Pod once. */
  async #round(): Promise<void> {
    const writes: Promise<void>[] = [];
    const labelsOf = (namespace: string): Record<string, string> | undefined =>
      this.#namespaces.get(namespace)?.metadata.labels;
    for (const [key, pod] of [...this.#pending].sort(([, a], [, b]) => compare(a, b))) {
      const choice = chooseNode(pod, this.#sorted(), labelsOf);
      if ('nodeName' in choice) {
        // The Pod takes its place at once, so that the next one sees it; a failed binding gives the place back.
        this.#pending.delete(key);
        this.#place(key, pod, choice.nodeName);
        writes.push(this.#bind(key, pod, choice.nodeName));
      } else writes.push(this.#refuse(pod, choice.message));
    }
    for (const result of await Promise.allSettled(writes)) if (result.status === 'rejected') throw result.reason;
  }

  #sorted(): readonly NodeInfo[] {
    this.#sortedInfos ??= [...this.#infos.values()].sort((a, b) => naturalOrder.compare(a.name, b.name));
    return this.#sortedInfos;
  }

  async #bind(key: string, pod: Pod, nodeName: string): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata;
    const metadata = { name, namespace: namespace ?? '', ...(uid === undefined ? {} : { uid }) };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: nodeName } };
    try {
      await this.#resource.subresource('binding').create(name, binding, { namespace });
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      this.#loop.events.record(pod, 'Normal', 'Scheduled', message);
    } catch (error) {
      this.#unplace(key);
      const current = this.#pods.get(key);
      if (current !== undefined) this.#setPod(current);
      unlessGone(error);
    }
  }

  /** Says in the Pod's status and in an Event why it has to wait. */
  async #refuse(pod: Pod, message: string): Promise<void> {
    const known = findCondition(pod.status?.conditions, 'PodScheduled');
    if (known?.status === 'False' && known.message === message) return;
    this.#loop.events.record(pod, 'Warning', 'FailedScheduling', message);
    const { name = '', namespace, generation } = pod.metadata;
    const now = formatTime(this.#context.clock.now());
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : now,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
    const options = { namespace, type: 'strategic', subresource: 'status' } as const;
    await this.#resource.patch(name, { status: { conditions: [condition] } }, options).catch(unlessGone);
  }
}

/** `node-2` before `node-10`. */
const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Higher priority first, then older, then by name. */
function compare(a: Pod, b: Pod): number {
  const [created, otherCreated] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return (
    (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
    (created < otherCreated ? -1 : created > otherCreated ? 1 : 0) ||
    naturalOrder.compare(objectKey(a), objectKey(b))
  );
}

/** Heartbeats change nothing that scheduling depends on. */
const relevant = ({ metadata, spec, status }: Node): unknown => [metadata.labels, spec, status?.allocatable];
