/** The Deployment controller: rolls ReplicaSets over, one revision to the next. */
import { hasReason, requirementsOf, selects } from '@towtank/apimachinery';
import { EventRecorder, type Informer, type ResourceClient, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { claim } from '../pod/claim.ts';
import { controlledBy, dependentsOf, followDependents, indexByController } from '../pod/dependents.ts';
import { controllerOf, findCondition, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { type ReplicaSet, replicaSetKind } from '../replicaset/replica-set.ts';
import { DEPLOYMENTS, type Deployment, hasProgressDeadline, withCondition } from './deployment.ts';
import { deploymentStatus, isComplete, progressCheckAtMs, rolloutStatus } from './deployment-status.ts';
import { recreate } from './recreate.ts';
import { revisionOf } from './revision.ts';
import { rollingUpdate } from './rolling-update.ts';
import { Rollout, sizeOf } from './rollout.ts';
import { isScalingEvent, scale } from './scale.ts';

const WORKERS = 5;

/** Keeps every Deployment's ReplicaSets as its spec and strategy ask. */
export const startDeploymentController = (context: ControllerContext): Controller => new DeploymentController(context);

class DeploymentController implements Controller {
  readonly name = 'deployment-controller';
  readonly #context: ControllerContext;
  readonly #deployments: Informer<Deployment>;
  readonly #sets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<Deployment>;
  readonly #setResource: ResourceClient<ReplicaSet>;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #handlers: (() => void)[];

  constructor(context: ControllerContext) {
    const { client, informers, clock, activity } = context;
    this.#context = context;
    this.#deployments = informers.informer<Deployment>(DEPLOYMENTS);
    this.#sets = informers.informer<ReplicaSet>(replicaSetKind.gvr);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<Deployment>(DEPLOYMENTS);
    this.#setResource = client.resource<ReplicaSet>(replicaSetKind.gvr);
    this.#events = new EventRecorder({ client, clock, activity, component: this.name });
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#queue = new WorkQueue({ name: 'deployments', reconcile, clock, activity, workers: WORKERS });
    indexByController(this.#sets);
    indexByController(this.#pods);
    this.#handlers = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remove of this.#handlers) remove();
    await this.#queue.close();
    await this.#events.close();
  }

  #follow(): (() => void)[] {
    const add = (deployment: Deployment): void => this.#queue.add(keyOf(deployment));
    return [
      this.#deployments.addHandler({ added: add, updated: (_, deployment) => add(deployment), deleted: add }),
      followDependents({
        informer: this.#sets,
        kind: 'Deployment',
        changed: (key) => this.#queue.add(key),
        adopters: ({ metadata }) =>
          this.#deployments
            .inNamespace(metadata.namespace ?? '')
            .filter(({ spec }) => selects(spec.selector, metadata.labels))
            .map(keyOf),
      }),
      this.#pods.addHandler({ deleted: (pod) => this.#podGone(pod) }),
    ];
  }

  /** A Recreate rollout waits for the last old Pod, and nothing but its deletion tells of that. */
  #podGone(pod: Pod): void {
    const owner = controllerOf(pod);
    const set = owner?.kind === 'ReplicaSet' ? this.#sets.get(`${pod.metadata.namespace}/${owner.name}`) : undefined;
    const parent = set === undefined ? undefined : controllerOf(set);
    if (parent?.kind !== 'Deployment') return;
    const key = `${pod.metadata.namespace}/${parent.name}`;
    if (this.#deployments.get(key)?.spec.strategy?.type === 'Recreate') this.#queue.add(key);
  }

  async #reconcile(key: string): Promise<void> {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined) return;
    if (requirementsOf(deployment.spec.selector).length === 0) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      return this.#events.record(deployment, 'Warning', 'SelectingAll', message);
    }
    const rollout = await this.#look(deployment);
    try {
      await this.#roll(key, rollout);
    } catch (error) {
      // Whoever changed or deleted one of the objects has caused an event that brings this key back.
      if (!hasReason(error, 'Conflict') && !hasReason(error, 'NotFound')) throw error;
    }
  }

  async #look(deployment: Deployment): Promise<Rollout> {
    const { name = '', namespace } = deployment.metadata;
    const sets = await claim<ReplicaSet>({
      owner: { object: deployment, apiVersion: 'apps/v1', kind: 'Deployment' },
      matches: (labels) => selects(deployment.spec.selector, labels),
      candidates: dependentsOf(this.#sets, deployment),
      resource: this.#setResource,
      liveOwner: () => this.#resource.get(name, { namespace }),
    });
    return new Rollout({
      deployment,
      sets,
      deployments: this.#resource,
      replicaSets: this.#setResource,
      events: this.#events,
      nowMs: this.#context.clock.now(),
    });
  }

  async #roll(key: string, rollout: Rollout): Promise<void> {
    if (rollout.deployment.metadata.deletionTimestamp !== undefined) {
      await rollout.syncRevision();
      return rollout.writeStatus(deploymentStatus(rollout));
    }
    await markPause(rollout);
    await rollout.syncRevision();
    if (rollout.deployment.spec.paused || isScalingEvent(rollout)) {
      await scale(rollout);
      if (rollout.deployment.spec.paused) await this.#trimHistory(rollout);
      return rollout.writeStatus(deploymentStatus(rollout));
    }
    if (rollout.deployment.spec.strategy?.type === 'Recreate')
      await recreate(rollout, (uid) => controlledBy(this.#pods, { metadata: { uid } }));
    else await rollingUpdate(rollout);
    if (isComplete(rollout.deployment, rollout.deployment.status ?? {})) await this.#trimHistory(rollout);
    const status = rolloutStatus(rollout);
    await rollout.writeStatus(status);
    const checkAtMs = progressCheckAtMs(rollout.deployment, status);
    if (checkAtMs === undefined) return;
    // One second more, so that the check finds the deadline passed and not just reached.
    this.#queue.addAfter(key, Math.max(0, checkAtMs - this.#context.clock.now()) + 1000);
  }

  /** Deletes the oldest ReplicaSets without Pods, as many as the history is too long. */
  async #trimHistory({ deployment, oldSets }: Rollout): Promise<void> {
    const limit = deployment.spec.revisionHistoryLimit;
    if (limit === undefined) return;
    const alive = oldSets
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
      const { name = '', namespace, generation = 0 } = set.metadata;
      if ((set.status?.replicas ?? 0) !== 0 || sizeOf(set) !== 0) continue;
      if (generation > (set.status?.observedGeneration ?? 0)) continue;
      await this.#setResource.delete(name, { namespace });
    }
  }
}

/** Says when a Deployment is paused or resumed, so that the time in between does not count as a lack of progress. */
async function markPause(rollout: Rollout): Promise<void> {
  const { deployment } = rollout;
  if (!hasProgressDeadline(deployment)) return;
  const conditions = deployment.status?.conditions ?? [];
  const current = findCondition(conditions, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return;
  const wasPaused = current?.reason === 'DeploymentPaused';
  const isPaused = deployment.spec.paused ?? false;
  if (wasPaused === isPaused) return;
  const [reason, message] = isPaused
    ? (['DeploymentPaused', 'Deployment is paused'] as const)
    : (['DeploymentResumed', 'Deployment is resumed'] as const);
  const condition = rollout.condition('Progressing', 'Unknown', reason, message);
  await rollout.writeStatus({ ...deployment.status, conditions: withCondition(conditions, condition) });
}

const keyOf = ({ metadata }: Deployment): string => `${metadata.namespace}/${metadata.name}`;
