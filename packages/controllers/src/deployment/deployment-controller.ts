/** The Deployment controller: rolls ReplicaSets over, one revision to the next. */
import { type Clock, requirementsOf } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { controlledBy, indexByController } from '../pod/controller-index.ts';
import { OwnedObjects } from '../pod/owned-objects.ts';
import { controllerOf, findCondition, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { type ReplicaSet, replicaSetKind } from '../replicaset/replica-set.ts';
import { isOvertaken } from '../write-failure.ts';
import { type Deployment, deploymentKind, hasProgressDeadline, withCondition } from './deployment.ts';
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
  readonly #clock: Clock;
  readonly #deployments: Informer<Deployment>;
  readonly #sets: OwnedObjects<Deployment, ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<Deployment>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#deployments = informers.informer<Deployment>(deploymentKind.gvr);
    this.#sets = new OwnedObjects(context, deploymentKind, replicaSetKind.gvr);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<Deployment>(deploymentKind.gvr);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'deployments', component: this.name, reconcile, workers: WORKERS });
    indexByController(this.#pods);
    this.#loop.followKeys(this.#deployments);
    this.#sets.follow(this.#loop);
    this.#loop.follow(this.#pods, { deleted: (pod) => this.#podGone(pod) });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  /** A Recreate rollout waits for the last old Pod, and nothing but its deletion tells of that. */
  #podGone(pod: Pod): void {
    const owner = controllerOf(pod);
    const set =
      owner?.kind === 'ReplicaSet' ? this.#sets.informer.get(`${pod.metadata.namespace}/${owner.name}`) : undefined;
    const parent = set === undefined ? undefined : controllerOf(set);
    if (parent?.kind !== 'Deployment') return;
    const key = `${pod.metadata.namespace}/${parent.name}`;
    if (this.#deployments.get(key)?.spec.strategy?.type === 'Recreate') this.#loop.queue.add(key);
  }

  async #reconcile(key: string): Promise<void> {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined) return;
    if (requirementsOf(deployment.spec.selector).length === 0) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      return this.#loop.events.record(deployment, 'Warning', 'SelectingAll', message);
    }
    const rollout = await this.#look(deployment);
    try {
      await this.#roll(key, rollout);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }

  async #look(deployment: Deployment): Promise<Rollout> {
    return new Rollout({
      deployment,
      sets: await this.#sets.claim(deployment),
      deployments: this.#resource,
      replicaSets: this.#sets.resource,
      events: this.#loop.events,
      nowMs: this.#clock.now(),
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
    this.#loop.queue.addAfter(key, Math.max(0, checkAtMs - this.#clock.now()) + 1000);
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
      await this.#sets.resource.delete(name, { namespace });
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
