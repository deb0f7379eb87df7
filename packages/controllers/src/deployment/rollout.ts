/** One look at a Deployment: its ReplicaSets as they are, and the writes that change them. */
import { formatTime, hasReason } from '@towtank/apimachinery';
import type { EventRecorder, ResourceClient } from '@towtank/client';
import { controllerOf } from '../pod/pod.ts';
import { semanticEqual, templateHash } from '../pod/template-hash.ts';
import { controllerReference } from '../pod/workload-kind.ts';
import { type ReplicaSet, replicaSetKind } from '../replicaset/replica-set.ts';
import { messageOf } from '../write-failure.ts';
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  deploymentKind,
  fencesOf,
  hasProgressDeadline,
  isRollingUpdate,
  replicasOf,
  withCondition,
} from './deployment.ts';
import {
  byAge,
  equalIgnoringHash,
  findNewReplicaSet,
  newSetAnnotations,
  nextRevision,
  POD_TEMPLATE_HASH,
  REVISION,
  sizeAnnotations,
} from './revision.ts';

/** What a rollout works with. */
export interface RolloutOptions {
  readonly deployment: Deployment;
  /** Every ReplicaSet that the Deployment owns. */
  readonly sets: readonly ReplicaSet[];
  readonly deployments: ResourceClient<Deployment>;
  readonly replicaSets: ResourceClient<ReplicaSet>;
  readonly events: EventRecorder;
  readonly nowMs: number;
}

/** Pods that a ReplicaSet is to have. */
export const sizeOf = ({ spec }: ReplicaSet): number => spec.replicas ?? 1;

export const totalSize = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + sizeOf(set), 0);

export const totalAvailable = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);

/** A Deployment that is being brought to its desired state. Its fields follow what it writes. */
export class Rollout {
  readonly options: RolloutOptions;
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  oldSets: ReplicaSet[];

  constructor(options: RolloutOptions) {
    this.options = options;
    this.deployment = options.deployment;
    this.newSet = findNewReplicaSet(options.deployment, options.sets);
    this.oldSets = options.sets.filter((set) => set !== this.newSet).sort(byAge);
  }

  /** Old ones first, then the new one. */
  get allSets(): ReplicaSet[] {
    return this.newSet === undefined ? this.oldSets : [...this.oldSets, this.newSet];
  }

  condition(type: string, status: DeploymentCondition['status'], reason: string, message: string): DeploymentCondition {
    const now = formatTime(this.options.nowMs);
    return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
  }

  /** Brings the annotations of the new ReplicaSet and the revision of the Deployment up to date. */
  async syncRevision(): Promise<void> {
    const { newSet, deployment } = this;
    if (newSet === undefined) return;
    const annotations = newSetAnnotations(deployment, newSet, nextRevision(this.oldSets));
    const { minReadySeconds } = deployment.spec;
    if (
      !semanticEqual(annotations, newSet.metadata.annotations) ||
      (newSet.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)
    ) {
      const { minReadySeconds: _, ...spec } = newSet.spec;
      this.newSet = await this.options.replicaSets.update({
        ...newSet,
        metadata: { ...newSet.metadata, annotations },
        spec: { ...spec, ...(minReadySeconds ? { minReadySeconds } : {}) },
      });
    }
    const progressing = deployment.status?.conditions?.some(({ type }) => type === 'Progressing') ?? false;
    await this.recordRevision(
      annotations[REVISION] ?? '',
      progressing ? undefined : ['FoundNewReplicaSet', `Found new replica set "${newSet.metadata.name}"`],
    );
  }

  /** The new ReplicaSet, made now where there is none. */
  async ensureNewSet(): Promise<ReplicaSet> {
    this.newSet ??= await this.#createNewSet();
    return this.newSet;
  }

  /** Gives a ReplicaSet its size; true when that changed it. */
  async scale(set: ReplicaSet, replicas: number): Promise<boolean> {
    const before = sizeOf(set);
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(this.deployment) };
    if (before === replicas && semanticEqual(annotations, set.metadata.annotations)) return false;
    const scaled = await this.options.replicaSets.update({
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas },
    });
    if (this.newSet === set) this.newSet = scaled;
    else this.oldSets = this.oldSets.map((old) => (old === set ? scaled : old));
    if (before === replicas) return false;
    this.#announce(before < replicas ? 'up' : 'down', scaled, [before, replicas]);
    return true;
  }

  /** How many Pods the new ReplicaSet may have now: as many as are wanted, within the surge. */
  newSetSize(current: number): number {
    const wanted = replicasOf(this.deployment);
    if (!isRollingUpdate(this.deployment)) return wanted;
    const total = totalSize(this.allSets);
    const max = wanted + fencesOf(this.deployment).maxSurge;
    if (total >= max) return current;
    return current + Math.min(max - total, wanted - current);
  }

  /** Writes the Deployment's status. */
  async writeStatus(status: DeploymentStatus): Promise<void> {
    if (semanticEqual(status, this.deployment.status)) return;
    this.deployment = await this.options.deployments.updateStatus({ ...this.deployment, status });
  }

  /** Writes revision and, where given and a deadline is set, the reason why the rollout progresses. */
  async recordRevision(
    revision: string,
    progress: readonly [reason: string, message: string] | undefined,
  ): Promise<void> {
    const { deployment } = this;
    const conditions = deployment.status?.conditions ?? [];
    const next =
      progress === undefined || !hasProgressDeadline(deployment)
        ? conditions
        : withCondition(conditions, this.condition('Progressing', 'True', ...progress));
    const known = deployment.metadata.annotations?.[REVISION] === revision;
    if (known && semanticEqual(next, conditions)) return;
    this.deployment = await this.options.deployments.updateStatus({
      ...deployment,
      metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [REVISION]: revision } },
      status: { ...deployment.status, ...(next.length > 0 ? { conditions: [...next] } : {}) },
    });
  }

  async #createNewSet(): Promise<ReplicaSet> {
    const set = this.#describeNewSet();
    let created: ReplicaSet;
    try {
      created = await this.options.replicaSets.create(set);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw await this.#creationFailed(set, error);
      created = await this.#existing(set, error);
      this.newSet = created;
      await this.recordRevision(created.metadata.annotations?.[REVISION] ?? '', undefined);
      return created;
    }
    const size = sizeOf(created);
    if (size > 0) this.#announce('up', created, [0, size]);
    this.newSet = created;
    await this.recordRevision(set.metadata.annotations?.[REVISION] ?? '', [
      'NewReplicaSetCreated',
      `Created new replica set "${created.metadata.name}"`,
    ]);
    return created;
  }

  #describeNewSet(): ReplicaSet {
    const { deployment } = this;
    const { template, selector, minReadySeconds } = deployment.spec;
    const hash = templateHash(template, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
    const metadata = {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerReference(deploymentKind, deployment)],
    };
    const annotations = {
      ...newSetAnnotations(deployment, { metadata }, nextRevision(this.oldSets)),
      ...sizeAnnotations(deployment),
    };
    return {
      apiVersion: replicaSetKind.apiVersion,
      kind: replicaSetKind.kind,
      metadata: { ...metadata, annotations },
      spec: {
        replicas: this.newSetSize(0),
        ...(minReadySeconds ? { minReadySeconds } : {}),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
  }

  /** The ReplicaSet that already has the name: ours, not seen yet, or a stranger, from whom the next name differs. */
  async #existing(wanted: ReplicaSet, reason: unknown): Promise<ReplicaSet> {
    const { name = '', namespace } = wanted.metadata;
    const { deployment } = this;
    const found = await this.options.replicaSets.get(name, { namespace });
    const isOurs = controllerOf(found)?.uid === deployment.metadata.uid;
    if (isOurs && equalIgnoringHash(found.spec.template, deployment.spec.template)) return found;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await this.writeStatus({ ...deployment.status, collisionCount });
    throw reason;
  }

  async #creationFailed({ metadata }: ReplicaSet, error: unknown): Promise<unknown> {
    const message = `Failed to create new replica set "${metadata.name}": ${messageOf(error)}`;
    const { deployment } = this;
    if (hasProgressDeadline(deployment)) {
      const condition = this.condition('Progressing', 'False', 'ReplicaSetCreateError', message);
      const conditions = withCondition(deployment.status?.conditions ?? [], condition);
      // The failure itself is what matters; it is reported whether or not the status can be written.
      await this.writeStatus({ ...deployment.status, conditions }).catch(() => {});
    }
    this.options.events.record(deployment, 'Warning', 'ReplicaSetCreateError', message);
    return error;
  }

  #announce(direction: 'up' | 'down', { metadata }: ReplicaSet, [from, to]: readonly [number, number]): void {
    const message = `Scaled ${direction} replica set ${metadata.name} from ${from} to ${to}`;
    this.options.events.record(this.deployment, 'Normal', 'ScalingReplicaSet', message);
  }
}
