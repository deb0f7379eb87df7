/** The Pods and claims of one StatefulSet: what exists, what it lacks, and the writes that bring one to the other. */
import { hasReason, type KubeObject, type OwnerReference } from '@towtank/apimachinery';
import type { EventRecorder, ResourceClient } from '@towtank/client';
import { findCondition, isPodAvailable, isPodReady, type Pod } from '../pod/pod.ts';
import { messageOf } from '../write-failure.ts';
import {
  claimsOf,
  identityLabels,
  ordinalOf,
  type StatefulSet,
  statefulSetKind,
  type VolumeClaim,
} from './stateful-set.ts';

/** What these writes need. */
export interface StatefulPodsOptions {
  readonly set: StatefulSet;
  readonly pods: ResourceClient<Pod>;
  readonly claims: ResourceClient<VolumeClaim>;
  /** A claim in the cache. */
  readonly claimNamed: (key: string) => VolumeClaim | undefined;
  readonly events: EventRecorder;
}

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);

/** Whether the Pod does its work and is not going away. */
export const isHealthy = (pod: Pod, minReadySeconds: number | undefined, nowMs: number): boolean =>
  isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, nowMs) && pod.metadata.deletionTimestamp === undefined;

/** Writes Pods and claims in the name of their set. */
export class StatefulPods {
  readonly #options: StatefulPodsOptions;

  constructor(options: StatefulPodsOptions) {
    this.#options = options;
  }

  /** Creates the Pod's claims, then the Pod. */
  async create(pod: Pod, ordinal: number): Promise<void> {
    const { set, pods } = this.#options;
    await this.createClaims(ordinal, pod);
    try {
      await pods.create(pod);
    } catch (error) {
      // The cache has not shown it yet.
      if (hasReason(error, 'AlreadyExists')) return;
      this.#record('Create', pod, error);
      throw error;
    }
    this.#options.events.record(
      set,
      'Normal',
      'SuccessfulCreate',
      `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
    );
  }

  async delete(pod: Pod): Promise<void> {
    const { set, pods, events } = this.#options;
    const { name = '', namespace } = pod.metadata;
    try {
      await pods.delete(name, { namespace });
    } catch (error) {
      if (hasReason(error, 'NotFound')) return;
      this.#record('Delete', pod, error);
      throw error;
    }
    const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`;
    events.record(set, 'Normal', 'SuccessfulDelete', message);
  }

  /** Creates the claims that a Pod lacks. */
  async createClaims(ordinal: number, pod: Pod): Promise<void> {
    const { set, claims, claimNamed, events } = this.#options;
    for (const claim of claimsOf(set, ordinal)) {
      const { name, namespace } = claim.metadata;
      if (claimNamed(`${namespace}/${name}`) !== undefined) continue;
      const subject = `Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
      try {
        const owners = this.#claimOwners(false, pod);
        await claims.create({ ...claim, metadata: { ...claim.metadata, ...owners } });
        events.record(set, 'Normal', 'SuccessfulCreate', `create ${subject} success`);
      } catch (error) {
        if (hasReason(error, 'AlreadyExists')) continue;
        events.record(set, 'Warning', 'FailedCreate', `create ${subject} failed error: ${messageOf(error)}`);
        throw error;
      }
    }
  }

  /** Restores the labels by which a member is known, and the owners that its claims should have. */
  async restore(pod: Pod, { condemned }: { readonly condemned: boolean }): Promise<void> {
    const { set, pods, claims, claimNamed } = this.#options;
    const { name = '', namespace, labels = {} } = pod.metadata;
    const ordinal = ordinalOf(set, pod);
    const identity = identityLabels(name, ordinal);
    if (!condemned && Object.entries(identity).some(([label, value]) => labels[label] !== value))
      await pods.patch(name, { metadata: { labels: identity } }, { namespace });
    for (const { metadata } of claimsOf(set, ordinal)) {
      const claim = claimNamed(`${namespace}/${metadata.name}`);
      const wanted = this.#claimOwners(condemned, pod).ownerReferences ?? [];
      if (claim === undefined || sameOwners(claim, wanted, [set, pod])) continue;
      const others = (claim.metadata.ownerReferences ?? []).filter(({ uid }) => !isOneOf(uid, [set, pod]));
      await claims.update({ ...claim, metadata: { ...claim.metadata, ownerReferences: [...others, ...wanted] } });
    }
  }

  /** Who owns a claim, by the set's retention policy: the set, or its Pod once that is scaled away. */
  #claimOwners(condemned: boolean, pod: Pod): { ownerReferences?: OwnerReference[] } {
    const { set } = this.#options;
    const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
    if (condemned && whenScaled === 'Delete') return { ownerReferences: [reference('v1', 'Pod', pod)] };
    if (whenDeleted !== 'Delete') return {};
    const { apiVersion, kind } = statefulSetKind;
    return { ownerReferences: [{ ...reference(apiVersion, kind, set), controller: true }] };
  }

  #record(verb: 'Create' | 'Delete', { metadata }: Pod, error: unknown): void {
    const { set, events } = this.#options;
    const subject = `Pod ${metadata.name} in StatefulSet ${set.metadata.name}`;
    events.record(
      set,
      'Warning',
      `Failed${verb}`,
      `${verb.toLowerCase()} ${subject} failed error: ${messageOf(error)}`,
    );
  }
}

const reference = (apiVersion: string, kind: string, { metadata }: KubeObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
});

const isOneOf = (uid: string, owners: readonly KubeObject[]): boolean =>
  owners.some(({ metadata }) => metadata.uid === uid);

const sameOwners = (
  { metadata }: VolumeClaim,
  wanted: readonly OwnerReference[],
  ours: readonly KubeObject[],
): boolean => {
  const has = (metadata.ownerReferences ?? []).map(({ uid }) => uid).filter((uid) => isOneOf(uid, ours));
  return has.length === wanted.length && wanted.every(({ uid }) => has.includes(uid));
};

/** Whether a Pod waits for the scheduler or a node. */
export const isPending = (pod: Pod): boolean =>
  pod.status?.phase === 'Pending' && findCondition(pod.status.conditions, 'Ready')?.status !== 'True';
