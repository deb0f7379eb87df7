/** The DaemonSet controller: one Pod on every Node that fits. */
import { type Clock, objectKey } from '@towtank/apimachinery';
import { backoffMs, type Informer, type ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { RevisionHistory } from '../controllerrevision/revision-history.ts';
import { Expectations } from '../pod/expectations.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { isPodTerminal, msUntilNextAvailable, type Pod } from '../pod/pod.ts';
import { PODS, PodControl } from '../pod/pod-control.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { NODES, type Node } from '../scheduler/node.ts';
import { isNamespaceTerminating, isOvertaken } from '../write-failure.ts';
import { type DaemonPlan, type DaemonView, planPlacement, planUpdate } from './daemon-rollout.ts';
import { type DaemonSet, daemonPod, daemonSetKind, hashOf, nodeOf, REVISION_LABEL } from './daemon-set.ts';
import { daemonSetStatus } from './daemon-set-status.ts';

/** Failed Pods on one Node are replaced at once, then ever later. */
const FAILURE_BACKOFF = { baseMs: 1000, maxMs: 15 * 60_000 };

/** Keeps a Pod of every DaemonSet on every Node that fits. */
export const startDaemonSetController = (context: ControllerContext): Controller => new DaemonSetController(context);

class DaemonSetController implements Controller {
  readonly name = 'daemonset-controller';
  readonly #clock: Clock;
  readonly #sets: Informer<DaemonSet>;
  readonly #nodes: Informer<Node>;
  readonly #pods: OwnedObjects<DaemonSet, Pod>;
  readonly #revisions: RevisionHistory;
  readonly #resource: ResourceClient<DaemonSet>;
  readonly #loop: ControlLoop;
  readonly #control: PodControl;
  readonly #expectations: Expectations;
  readonly #failures = new Map<string, { count: number; retryAtMs: number }>();

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#sets = informers.informer<DaemonSet>(daemonSetKind.gvr);
    this.#nodes = informers.informer<Node>(NODES);
    this.#pods = new OwnedObjects(context, daemonSetKind, PODS);
    this.#revisions = new RevisionHistory(context, { kind: daemonSetKind, hashLabel: REVISION_LABEL });
    this.#resource = client.resource<DaemonSet>(daemonSetKind.gvr);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'daemonsets', component: this.name, reconcile, workers: 2 });
    this.#control = new PodControl(client, this.#loop.events);
    this.#expectations = new Expectations(clock);
    this.#loop.followKeys(this.#sets);
    this.#followNodes();
    this.#pods.follow(this.#loop, this.#expectations);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #followNodes(): void {
    const addAll = (): void => {
      for (const set of this.#sets.list()) this.#loop.queue.add(objectKey(set));
    };
    this.#loop.follow(this.#nodes, {
      added: addAll,
      // Heartbeats change nothing that a daemon's place depends on.
      updated: (old, node) => {
        if (!semanticEqual([old.metadata.labels, old.spec], [node.metadata.labels, node.spec])) addAll();
      },
      deleted: addAll,
    });
  }

  async #reconcile(key: string): Promise<void> {
    const set = this.#sets.get(key);
    if (set === undefined) return this.#expectations.forget(key);
    if (set.metadata.deletionTimestamp !== undefined) return;
    try {
      await this.#sync(key, set);
    } catch (error) {
      if (!isOvertaken(error) && !isNamespaceTerminating(error)) throw error;
    }
  }

  async #sync(key: string, set: DaemonSet): Promise<void> {
    const revisions = this.#revisions.of(set);
    const { revision } = await this.#revisions.sync(set, revisions);
    const hash = revision.metadata.labels?.[REVISION_LABEL] ?? '';
    if (this.#expectations.satisfied(key)) {
      const view = await this.#look(set, hash);
      await this.#carryOut(key, view, this.#plan(view));
    }
    const view = await this.#look(this.#sets.get(key) ?? set, hash);
    await this.#writeStatus(view);
    this.#wakeWhenAvailable(key, view);
    const live = new Set([...view.podsByNode.values()].flat().map((pod) => `${set.metadata.name}-${hashOf(pod)}`));
    live.add(revision.metadata.name ?? '');
    await this.#revisions.trim(set, revisions, live);
  }

  async #look(set: DaemonSet, hash: string): Promise<DaemonView> {
    const pods = await this.#pods.claim(set);
    const podsByNode = new Map<string, Pod[]>();
    for (const pod of pods.sort(byAge)) podsByNode.set(nodeOf(pod), [...(podsByNode.get(nodeOf(pod)) ?? []), pod]);
    const nodes = this.#nodes.list().sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    return { set, nodes, podsByNode, hash, nowMs: this.#clock.now() };
  }

  /** Placement comes first; an update goes on only where every Node has its Pod. */
  #plan(view: DaemonView): DaemonPlan {
    const placement = planPlacement(view);
    if (placement.create.length > 0 || placement.remove.length > 0) return placement;
    return view.set.spec.updateStrategy?.type === 'OnDelete' ? placement : planUpdate(view);
  }

  async #carryOut(key: string, view: DaemonView, plan: DaemonPlan): Promise<void> {
    const remove = plan.remove.filter((pod) => !isPodTerminal(pod) || this.#mayReplace(key, view.set, pod));
    const { create } = plan;
    if (create.length > 0) this.#expectations.expectCreations(key, create.length);
    else this.#expectations.expectDeletions(key, remove);
    const { succeeded, error } = await slowStart(create.length, (at) =>
      this.#control.create(daemonPod(view.set, create[at] ?? '', view.hash), view.set),
    );
    this.#expectations.creationObserved(key, create.length - succeeded);
    for (const pod of remove) {
      await this.#control.delete(pod, view.set).catch((reason: unknown) => {
        this.#expectations.deletionObserved(key, pod);
        throw reason;
      });
    }
    if (error !== undefined) throw error;
  }

  #mayReplace(key: string, set: DaemonSet, pod: Pod): boolean {
    const place = `${set.metadata.uid}/${nodeOf(pod)}`;
    const now = this.#clock.now();
    const known = this.#failures.get(place) ?? { count: 0, retryAtMs: 0 };
    if (known.retryAtMs > now) {
      this.#loop.queue.addAfter(key, known.retryAtMs - now);
      return false;
    }
    const message = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${nodeOf(pod)}, will try to kill it`;
    this.#loop.events.record(set, 'Warning', 'FailedDaemonPod', message);
    const count = known.count + 1;
    this.#failures.set(place, { count, retryAtMs: now + backoffMs(count, FAILURE_BACKOFF) });
    return true;
  }

  async #writeStatus(view: DaemonView): Promise<void> {
    const status = daemonSetStatus(view);
    if (!semanticEqual(view.set.status, status)) await this.#resource.updateStatus({ ...view.set, status });
  }

  #wakeWhenAvailable(key: string, { set, podsByNode, nowMs }: DaemonView): void {
    const waitMs = msUntilNextAvailable([...podsByNode.values()].flat(), set.spec.minReadySeconds, nowMs);
    if (waitMs !== undefined) this.#loop.queue.addAfter(key, waitMs);
  }
}

const byAge = ({ metadata: a }: Pod, { metadata: b }: Pod): number =>
  (a.creationTimestamp ?? '') < (b.creationTimestamp ?? '')
    ? -1
    : (a.creationTimestamp ?? '') > (b.creationTimestamp ?? '')
      ? 1
      : 0;
