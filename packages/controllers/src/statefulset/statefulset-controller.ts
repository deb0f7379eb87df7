/** The StatefulSet controller: Pods with names, in order. */
import { hasReason, selects } from '@towtank/apimachinery';
import { EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import {
  CONTROLLER_REVISIONS,
  type ControllerRevision,
  syncRevision,
  templateOf,
  trimRevisions,
} from '../controllerrevision/revision-history.ts';
import { claim } from '../pod/claim.ts';
import { controlledBy, dependentsOf, followDependents, indexByController } from '../pod/dependents.ts';
import { msUntilAvailable, type Pod } from '../pod/pod.ts';
import { isNamespaceTerminating, PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { StatefulPods } from './stateful-pods.ts';
import {
  asOwner,
  ordinalOf,
  revisionNameOf,
  STATEFUL_SETS,
  type StatefulSet,
  type VolumeClaim,
} from './stateful-set.ts';
import { statefulSetStatus } from './stateful-set-status.ts';
import { syncStatefulSet } from './stateful-set-sync.ts';

const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
const HASH_LABEL = 'controller.kubernetes.io/hash';
const DEFAULT_HISTORY_LIMIT = 10;

/** Keeps every StatefulSet's Pods and claims as its spec asks. */
export const startStatefulSetController = (context: ControllerContext): Controller =>
  new StatefulSetController(context);

class StatefulSetController implements Controller {
  readonly name = 'statefulset-controller';
  readonly #context: ControllerContext;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<VolumeClaim>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #resource: ResourceClient<StatefulSet>;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#context = context;
    this.#sets = informers.informer<StatefulSet>(STATEFUL_SETS);
    this.#pods = informers.informer<Pod>(PODS);
    this.#claims = informers.informer<VolumeClaim>(CLAIMS);
    this.#revisions = informers.informer<ControllerRevision>(CONTROLLER_REVISIONS);
    this.#resource = client.resource<StatefulSet>(STATEFUL_SETS);
    this.#events = new EventRecorder({ client, clock, activity, component: this.name });
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: 'statefulsets', reconcile, clock, activity, workers: 5 });
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
    const add = (set: StatefulSet): void => this.#queue.add(keyOf(set));
    return [
      this.#sets.addHandler({ added: add, updated: (_, set) => add(set), deleted: add }),
      followDependents({
        informer: this.#pods,
        kind: 'StatefulSet',
        changed: (key) => this.#queue.add(key),
        adopters: (pod) =>
          this.#sets
            .inNamespace(pod.metadata.namespace ?? '')
            .filter((set) => selects(set.spec.selector, pod.metadata.labels) && ordinalOf(set, pod) >= 0)
            .map(keyOf),
      }),
    ];
  }

  async #reconcile(key: string): Promise<void> {
    const set = this.#sets.get(key);
    if (set === undefined) return;
    try {
      await this.#sync(key, set);
    } catch (error) {
      // Whoever changed or deleted one of the objects has caused an event that brings this key back.
      if (hasReason(error, 'Conflict') || hasReason(error, 'NotFound') || isNamespaceTerminating(error)) return;
      throw error;
    }
  }

  async #sync(key: string, set: StatefulSet): Promise<void> {
    const { client, clock } = this.#context;
    const nowMs = clock.now();
    const pods = await this.#claimPods(set);
    const known = controlledBy(this.#revisions, set);
    const { revision: update, collisions } = await this.#syncRevision(set, known);
    const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    const named = (revision: ControllerRevision): { revision: string; template: StatefulSet['spec']['template'] } => ({
      revision: revision.metadata.name ?? '',
      template: templateOf(revision) ?? set.spec.template,
    });
    const control = new StatefulPods({
      set,
      pods: client.resource<Pod>(PODS),
      claims: client.resource<VolumeClaim>(CLAIMS),
      claimNamed: (name) => this.#claims.get(name),
      events: this.#events,
    });
    const steps = syncStatefulSet({ set, pods, current: named(current), update: named(update), control, nowMs });
    const failure = await steps.then(
      () => undefined,
      (error: unknown) => error,
    );
    const [currentRevision, updateRevision] = [current.metadata.name ?? '', update.metadata.name ?? ''];
    await this.#writeStatus(set, statefulSetStatus({ set, pods, currentRevision, updateRevision, collisions, nowMs }));
    if (failure !== undefined) throw failure;
    this.#wakeWhenAvailable(key, set, pods);
    await this.#trim(known, { set, pods, live: [currentRevision, updateRevision] });
  }

  #claimPods(set: StatefulSet): Promise<Pod[]> {
    const { name = '', namespace } = set.metadata;
    return claim<Pod>({
      owner: asOwner(set),
      matches: (labels, pod) => selects(set.spec.selector, labels) && ordinalOf(set, pod) >= 0,
      candidates: dependentsOf(this.#pods, set),
      resource: this.#context.client.resource<Pod>(PODS),
      liveOwner: () => this.#resource.get(name, { namespace }),
    });
  }

  #syncRevision(set: StatefulSet, known: readonly ControllerRevision[]): ReturnType<typeof syncRevision> {
    return syncRevision(known, {
      owner: asOwner(set),
      template: set.spec.template,
      hashLabel: HASH_LABEL,
      resource: this.#context.client.resource<ControllerRevision>(CONTROLLER_REVISIONS),
      collisions: set.status?.collisionCount ?? 0,
    });
  }

  async #writeStatus(set: StatefulSet, status: StatefulSet['status']): Promise<void> {
    if (!semanticEqual(set.status, status)) await this.#resource.updateStatus({ ...set, ...(status && { status }) });
  }

  #wakeWhenAvailable(key: string, { spec }: StatefulSet, pods: readonly Pod[]): void {
    if (!spec.minReadySeconds) return;
    const now = this.#context.clock.now();
    const waits = pods.map((pod) => msUntilAvailable(pod, spec.minReadySeconds, now) ?? 0).filter((wait) => wait > 0);
    if (waits.length > 0) this.#queue.addAfter(key, Math.min(...waits));
  }

  #trim(
    revisions: readonly ControllerRevision[],
    { set, pods, live }: { set: StatefulSet; pods: readonly Pod[]; live: readonly string[] },
  ): Promise<void> {
    return trimRevisions(revisions, {
      live: new Set([...live, ...pods.map(revisionNameOf)]),
      limit: set.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT,
      resource: this.#context.client.resource<ControllerRevision>(CONTROLLER_REVISIONS),
    });
  }
}

const keyOf = ({ metadata }: StatefulSet): string => `${metadata.namespace}/${metadata.name}`;
