/** The DaemonSet controller: one Pod on every Node that fits. */
import { hasReason, selects } from '@towtank/apimachinery';
import { backoffMs, EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import {
  CONTROLLER_REVISIONS,
  type ControllerRevision,
  syncRevision,
  trimRevisions,
} from '../controllerrevision/revision-history.ts';
import { claim } from '../pod/claim.ts';
import { controlledBy, dependentsOf, followDependents, indexByController } from '../pod/dependents.ts';
import { Expectations } from '../pod/expectations.ts';
import { isPodTerminal, msUntilAvailable, type Pod } from '../pod/pod.ts';
import { isNamespaceTerminating, PODS, PodControl } from '../pod/pod-control.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { NODES, type Node } from '../scheduler/node.ts';
import { type DaemonPlan, type DaemonView, planPlacement, planUpdate } from './daemon-rollout.ts';
import { asOwner, DAEMON_SETS, type DaemonSet, daemonPod, hashOf, nodeOf, REVISION_LABEL } from './daemon-set.ts';
import { daemonSetStatus } from './daemon-set-status.ts';

const DEFAULT_HISTORY_LIMIT = 10;
/** Failed Pods on one Node are replaced at once, then ever later. */
const FAILURE_BACKOFF = { baseMs: 1000, maxMs: 15 * 60_000 };

/** Keeps a Pod of every DaemonSet on every Node that fits. */
export const startDaemonSetController = (context: ControllerContext): Controller => new DaemonSetController(context);

class DaemonSetController implements Controller {
  readonly name = 'daemonset-controller';
  readonly #context: ControllerContext;
  readonly #sets: Informer<DaemonSet>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #resource: ResourceClient<DaemonSet>;
  readonly #events: EventRecorder;
  readonly #control: PodControl;
  readonly #expectations: Expectations;
  readonly #failures = new Map<string, { count: number; retryAtMs: number }>();
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#context = context;
    this.#sets = informers.informer<DaemonSet>(DAEMON_SETS);
    this.#pods = informers.informer<Pod>(PODS);
    this.#nodes = informers.informer<Node>(NODES);
    this.#revisions = informers.informer<ControllerRevision>(CONTROLLER_REVISIONS);
    this.#resource = client.resource<DaemonSet>(DAEMON_SETS);
    this.#events = new EventRecorder({ client, clock, activity, component: this.name });
    this.#control = new PodControl(client, this.#events);
    this.#expectations = new Expectations(clock);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: 'daemonsets', reconcile, clock, activity, workers: 2 });
    indexByController(this.#pods);
    indexByController(this.#revisions);
    this.#handlers = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remove of this.#handlers) remove();
    await this.#queue.close();
    await this.#events.close();
  }

  #follow(): (() => void)[] {
    const add = (set: DaemonSet): void => this.#queue.add(keyOf(set));
    const addAll = (): void => this.#sets.list().forEach(add);
    return [
      this.#sets.addHandler({ added: add, updated: (_, set) => add(set), deleted: add }),
      this.#nodes.addHandler({
        added: addAll,
        // Heartbeats change nothing that a daemon's place depends on.
        updated: (old, node) => {
          if (!semanticEqual([old.metadata.labels, old.spec], [node.metadata.labels, node.spec])) addAll();
        },
        deleted: addAll,
      }),
      followDependents({
        informer: this.#pods,
        kind: 'DaemonSet',
        changed: (key) => this.#queue.add(key),
        adopters: ({ metadata }) =>
          this.#sets
            .inNamespace(metadata.namespace ?? '')
            .filter(({ spec }) => selects(spec.selector, metadata.labels))
            .map(keyOf),
        added: (key) => this.#expectations.creationObserved(key),
        removed: (key, pod) => this.#expectations.deletionObserved(key, pod.metadata.uid ?? ''),
      }),
    ];
  }

  async #reconcile(key: string): Promise<void> {
    const set = this.#sets.get(key);
    if (set === undefined) return this.#expectations.forget(key);
    if (set.metadata.deletionTimestamp !== undefined) return;
    try {
      await this.#sync(key, set);
    } catch (error) {
      // Whoever changed or deleted one of the objects has caused an event that brings this key back.
      if (hasReason(error, 'Conflict') || hasReason(error, 'NotFound') || isNamespaceTerminating(error)) return;
      throw error;
    }
  }

  async #sync(key: string, set: DaemonSet): Promise<void> {
    const revisions = controlledBy(this.#revisions, set);
    const resource = this.#context.client.resource<ControllerRevision>(CONTROLLER_REVISIONS);
    const { template, revisionHistoryLimit = DEFAULT_HISTORY_LIMIT } = set.spec;
    const options = { owner: asOwner(set), template, hashLabel: REVISION_LABEL, resource, collisions: 0 };
    const { revision } = await syncRevision(revisions, options);
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
    await trimRevisions(revisions, { live, limit: revisionHistoryLimit, resource });
  }

  async #look(set: DaemonSet, hash: string): Promise<DaemonView> {
    const { name = '', namespace } = set.metadata;
    const pods = await claim<Pod>({
      owner: asOwner(set),
      matches: (labels) => selects(set.spec.selector, labels),
      candidates: dependentsOf(this.#pods, set),
      resource: this.#context.client.resource<Pod>(PODS),
      liveOwner: () => this.#resource.get(name, { namespace }),
    });
    const podsByNode = new Map<string, Pod[]>();
    for (const pod of pods.sort(byAge)) podsByNode.set(nodeOf(pod), [...(podsByNode.get(nodeOf(pod)) ?? []), pod]);
    const nodes = this.#nodes.list().sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    return { set, nodes, podsByNode, hash, nowMs: this.#context.clock.now() };
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
    else
      this.#expectations.expectDeletions(
        key,
        remove.map(({ metadata }) => metadata.uid ?? ''),
      );
    const { succeeded, error } = await slowStart(create.length, (at) =>
      this.#control.create(daemonPod(view.set, create[at] ?? '', view.hash), view.set),
    );
    this.#expectations.creationObserved(key, create.length - succeeded);
    for (const pod of remove) {
      await this.#control.delete(pod, view.set).catch((reason: unknown) => {
        this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
        throw reason;
      });
    }
    if (error !== undefined) throw error;
  }

  #mayReplace(key: string, set: DaemonSet, pod: Pod): boolean {
    const place = `${set.metadata.uid}/${nodeOf(pod)}`;
    const now = this.#context.clock.now();
    const known = this.#failures.get(place) ?? { count: 0, retryAtMs: 0 };
    if (known.retryAtMs > now) {
      this.#queue.addAfter(key, known.retryAtMs - now);
      return false;
    }
    const message = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${nodeOf(pod)}, will try to kill it`;
    this.#events.record(set, 'Warning', 'FailedDaemonPod', message);
    const count = known.count + 1;
    this.#failures.set(place, { count, retryAtMs: now + backoffMs(count, FAILURE_BACKOFF) });
    return true;
  }

  async #writeStatus(view: DaemonView): Promise<void> {
    const status = daemonSetStatus(view);
    if (!semanticEqual(view.set.status, status)) await this.#resource.updateStatus({ ...view.set, status });
  }

  #wakeWhenAvailable(key: string, { set, podsByNode, nowMs }: DaemonView): void {
    const { minReadySeconds } = set.spec;
    if (!minReadySeconds) return;
    const waits = [...podsByNode.values()]
      .flat()
      .map((pod) => msUntilAvailable(pod, minReadySeconds, nowMs) ?? 0)
      .filter((wait) => wait > 0);
    if (waits.length > 0) this.#queue.addAfter(key, Math.min(...waits));
  }
}

const keyOf = ({ metadata }: DaemonSet): string => `${metadata.namespace}/${metadata.name}`;

const byAge = ({ metadata: a }: Pod, { metadata: b }: Pod): number =>
  (a.creationTimestamp ?? '') < (b.creationTimestamp ?? '')
    ? -1
    : (a.creationTimestamp ?? '') > (b.creationTimestamp ?? '')
      ? 1
      : 0;
