/** Keeps the wished number of Pods: the controller of ReplicaSets and of ReplicationControllers. */
import { type Clock, objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { controlledBy, indexByController } from '../pod/controller-index.ts';
import { Expectations } from '../pod/expectations.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { controllerOf, isPodActive, msUntilNextAvailable, type Pod } from '../pod/pod.ts';
import { PODS, PodControl, podFromTemplate } from '../pod/pod-control.ts';
import { podsToDelete } from '../pod/pod-ranking.ts';
import { slowStart } from '../pod/slow-start.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { isNamespaceTerminating, isOvertaken } from '../write-failure.ts';
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
  readonly #clock: Clock;
  readonly #kind: ReplicaKind;
  readonly #owners: Informer<ReplicaOwner>;
  readonly #pods: OwnedObjects<ReplicaOwner, Pod>;
  readonly #resource: ResourceClient<ReplicaOwner>;
  readonly #loop: ControlLoop;
  readonly #control: PodControl;
  readonly #expectations: Expectations;

  constructor(context: ControllerContext, kind: ReplicaKind) {
    const { client, informers, clock } = context;
    const { component, gvr } = kind;
    this.name = component;
    this.#clock = clock;
    this.#kind = kind;
    this.#owners = informers.informer<ReplicaOwner>(gvr);
    this.#pods = new OwnedObjects(context, kind, PODS);
    this.#resource = client.resource<ReplicaOwner>(gvr);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: gvr.resource, component, reconcile, workers: WORKERS });
    this.#control = new PodControl(client, this.#loop.events);
    this.#expectations = new Expectations(clock);
    indexByController(this.#owners);
    this.#loop.follow(this.#owners, { deleted: (owner) => this.#expectations.forget(objectKey(owner)) });
    this.#loop.followKeys(this.#owners);
    this.#pods.follow(this.#loop, this.#expectations);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  async #reconcile(key: string): Promise<void> {
    const owner = this.#owners.get(key);
    if (owner === undefined) return;
    const upToDate = this.#expectations.satisfied(key);
    // A finished orphan is not worth adopting.
    const controlled = await this.#pods.claim(owner, (pod) => controllerOf(pod) !== undefined || isPodActive(pod));
    const active = controlled.filter(isPodActive);
    const failure =
      upToDate && owner.metadata.deletionTimestamp === undefined ? await this.#manage(key, owner, active) : undefined;
    await this.#writeStatus({ owner, active, controlled, failure });
    this.#wakeWhenAvailable(key, owner, active);
    if (failure !== undefined && !isNamespaceTerminating(failure.error)) throw failure.error;
  }

  async #manage(key: string, owner: ReplicaOwner, active: readonly Pod[]): Promise<Failure | undefined> {
    const missing = (owner.spec.replicas ?? 1) - active.length;
    if (missing > 0) return this.#createPods(key, owner, Math.min(missing, BURST_REPLICAS));
    if (missing < 0) return this.#deletePods(key, owner, active, Math.min(-missing, BURST_REPLICAS));
    return undefined;
  }

  async #createPods(key: string, owner: ReplicaOwner, count: number): Promise<Failure | undefined> {
    const pod = podFromTemplate(owner.spec.template, this.#kind, owner);
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
    const doomed = podsToDelete(active, this.#related(owner), count, this.#clock.now());
    this.#expectations.expectDeletions(key, doomed);
    let failure: Failure | undefined;
    const deletions = doomed.map(async (pod) => {
      try {
        await this.#control.delete(pod, owner);
      } catch (error) {
        failure ??= { error, creating: false };
        this.#expectations.deletionObserved(key, pod);
      }
    });
    await Promise.all(deletions);
    return failure;
  }

  /** Pods of this owner and of its siblings: the other ReplicaSets of its Deployment. */
  #related(owner: ReplicaOwner): Pod[] {
    const parent = controllerOf(owner);
    const family = parent === undefined ? [owner] : controlledBy(this.#owners, { metadata: { uid: parent.uid } });
    return family.flatMap((member) => this.#pods.of(member)).filter(isPodActive);
  }

  async #writeStatus(input: Omit<ReplicaStatusInput, 'kind' | 'nowMs'>): Promise<void> {
    const { owner } = input;
    const status = replicaStatus({ ...input, kind: this.#kind, nowMs: this.#clock.now() });
    if (semanticEqual(owner.status, status)) return;
    try {
      await this.#resource.updateStatus({ ...owner, status });
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }

  #wakeWhenAvailable(key: string, { spec }: ReplicaOwner, active: readonly Pod[]): void {
    const waitMs = msUntilNextAvailable(active, spec.minReadySeconds, this.#clock.now());
    if (waitMs !== undefined) this.#loop.queue.addAfter(key, waitMs);
  }
}
