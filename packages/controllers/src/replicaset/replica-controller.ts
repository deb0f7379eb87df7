/** Keeps the wished number of Pods: the controller of ReplicaSets and of ReplicationControllers. */
import { hasReason } from '@towtank/apimachinery';
import { EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { claim } from '../pod/claim.ts';
import { controlledBy, dependentsOf, followDependents, indexByController } from '../pod/dependents.ts';
import { Expectations } from '../pod/expectations.ts';
import { controllerOf, isPodActive, msUntilAvailable, type Pod } from '../pod/pod.ts';
import { isNamespaceTerminating, PODS, PodControl, type PodOwner, podFromTemplate } from '../pod/pod-control.ts';
import { podsToDelete } from '../pod/pod-ranking.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import type { ReplicaKind, ReplicaOwner } from './replica-set.ts';
import { type ReplicaStatusInput, replicaStatus } from './replica-status.ts';

/** Pods that one round creates or deletes at most. */
const BURST_REPLICAS = 500;
const WORKERS = 5;

type Failure = NonNullable<ReplicaStatusInput['failure']>;

/** Starts the controller of one of the two kinds. */
export function startReplicaController(context: ControllerContext, kind: ReplicaKind): Controller {
  return new ReplicaController(context, kind);
}

class ReplicaController implements Controller {
  readonly name: string;
  readonly #context: ControllerContext;
  readonly #kind: ReplicaKind;
  readonly #owners: Informer<ReplicaOwner>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<ReplicaOwner>;
  readonly #events: EventRecorder;
  readonly #control: PodControl;
  readonly #expectations: Expectations;
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];

  constructor(context: ControllerContext, kind: ReplicaKind) {
    const { client, informers, clock, activity } = context;
    this.name = kind.component;
    this.#context = context;
    this.#kind = kind;
    this.#owners = informers.informer<ReplicaOwner>(kind.gvr);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<ReplicaOwner>(kind.gvr);
    this.#events = new EventRecorder({ client, clock, activity, component: kind.component });
    this.#control = new PodControl(client, this.#events);
    this.#expectations = new Expectations(clock);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: kind.gvr.resource, reconcile, clock, activity, workers: WORKERS });
    indexByController(this.#owners);
    indexByController(this.#pods);
    this.#handlers = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remove of this.#handlers) remove();
    await this.#queue.close();
    await this.#events.close();
  }

  #follow(): (() => void)[] {
    const add = (owner: ReplicaOwner): void => this.#queue.add(keyOf(owner));
    return [
      this.#owners.addHandler({
        added: add,
        updated: (_, owner) => add(owner),
        deleted: (owner) => {
          this.#expectations.forget(keyOf(owner));
          add(owner);
        },
      }),
      followDependents({
        informer: this.#pods,
        kind: this.#kind.kind,
        changed: (key) => this.#queue.add(key),
        adopters: ({ metadata }) =>
          this.#owners
            .inNamespace(metadata.namespace ?? '')
            .filter((owner) => this.#kind.matches(owner, metadata.labels))
            .map(keyOf),
        added: (key) => this.#expectations.creationObserved(key),
        removed: (key, pod) => this.#expectations.deletionObserved(key, pod.metadata.uid ?? ''),
      }),
    ];
  }

  async #reconcile(key: string): Promise<void> {
    const owner = this.#owners.get(key);
    if (owner === undefined) return;
    const upToDate = this.#expectations.satisfied(key);
    const controlled = await this.#claimPods(owner);
    const active = controlled.filter(isPodActive);
    const failure =
      upToDate && owner.metadata.deletionTimestamp === undefined ? await this.#manage(key, owner, active) : undefined;
    await this.#writeStatus({ owner, active, controlled, failure });
    this.#wakeWhenAvailable(key, owner, active);
    if (failure !== undefined && !isNamespaceTerminating(failure.error)) throw failure.error;
  }

  async #claimPods(owner: ReplicaOwner): Promise<Pod[]> {
    const { name = '', namespace } = owner.metadata;
    const claimed = await claim<Pod>({
      owner: this.#asOwner(owner),
      matches: (labels) => this.#kind.matches(owner, labels),
      // A finished orphan is not worth adopting.
      candidates: dependentsOf(this.#pods, owner).filter((pod) => controllerOf(pod) !== undefined || isPodActive(pod)),
      resource: this.#context.client.resource<Pod>(PODS),
      liveOwner: () => this.#resource.get(name, { namespace }),
    });
    return claimed;
  }

  async #manage(key: string, owner: ReplicaOwner, active: readonly Pod[]): Promise<Failure | undefined> {
    const missing = (owner.spec.replicas ?? 1) - active.length;
    if (missing > 0) return this.#createPods(key, owner, Math.min(missing, BURST_REPLICAS));
    if (missing < 0) return this.#deletePods(key, owner, active, Math.min(-missing, BURST_REPLICAS));
    return undefined;
  }

  async #createPods(key: string, owner: ReplicaOwner, count: number): Promise<Failure | undefined> {
    const pod = podFromTemplate(owner.spec.template, this.#asOwner(owner));
    this.#expectations.expectCreations(key, count);
    const { succeeded, error } = await slowStart(count, () => this.#control.create(pod, owner));
    this.#expectations.creationObserved(key, count - succeeded);
    return error === undefined ? undefined : { error, creating: true };
  }

  async #deletePods(
    key: string,
    owner: ReplicaOwner,
    active: readonly Pod[],
    count: number,
  ): Promise<Failure | undefined> {
    const doomed = podsToDelete(active, this.#related(owner), count, this.#context.clock.now());
    this.#expectations.expectDeletions(
      key,
      doomed.map(({ metadata }) => metadata.uid ?? ''),
    );
    let failure: Failure | undefined;
    const deletions = doomed.map(async (pod) => {
      try {
        await this.#control.delete(pod, owner);
      } catch (error) {
        failure ??= { error, creating: false };
        this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
      }
    });
    await Promise.all(deletions);
    return failure;
  }

  /** Pods of this owner and of its siblings: the other ReplicaSets of its Deployment. */
  #related(owner: ReplicaOwner): Pod[] {
    const parent = controllerOf(owner);
    const family = parent === undefined ? [owner] : controlledBy(this.#owners, { metadata: { uid: parent.uid } });
    return family.flatMap((member) => controlledBy(this.#pods, member)).filter(isPodActive);
  }

  async #writeStatus(input: Omit<ReplicaStatusInput, 'kind' | 'nowMs'>): Promise<void> {
    const { owner } = input;
    const status = replicaStatus({ ...input, kind: this.#kind, nowMs: this.#context.clock.now() });
    if (semanticEqual(owner.status, status)) return;
    try {
      await this.#resource.updateStatus({ ...owner, status });
    } catch (error) {
      // Whoever changed or deleted it has caused an event that brings this key back.
      if (!hasReason(error, 'Conflict') && !hasReason(error, 'NotFound')) throw error;
    }
  }

  #wakeWhenAvailable(key: string, { spec }: ReplicaOwner, active: readonly Pod[]): void {
    if (!spec.minReadySeconds) return;
    const now = this.#context.clock.now();
    const waits = active
      .map((pod) => msUntilAvailable(pod, spec.minReadySeconds, now))
      .filter((wait) => wait !== undefined && wait > 0) as number[];
    if (waits.length > 0) this.#queue.addAfter(key, Math.min(...waits));
  }

  #asOwner(object: ReplicaOwner): PodOwner {
    return { object, apiVersion: this.#kind.apiVersion, kind: this.#kind.kind };
  }
}

const keyOf = ({ metadata }: ReplicaOwner): string => `${metadata.namespace}/${metadata.name}`;
