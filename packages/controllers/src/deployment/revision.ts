/** Which ReplicaSet is the new one, and the annotations that make a history of the others. */

import type { PodTemplate } from '../pod/pod.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { type Deployment, fencesOf, replicasOf } from './deployment.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** Annotations that belong to one object and are not handed down. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);
/** Bytes of revision history that a ReplicaSet keeps. */
const HISTORY_LIMIT = 2000;

/** Older before newer; of the same second, by name. */
export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compare(a.metadata.name ?? '', b.metadata.name ?? '');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The oldest ReplicaSet with the Deployment's template: two would otherwise take turns. */
export const findNewReplicaSet = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets].sort(byAge).find(({ spec }) => equalIgnoringHash(spec.template, deployment.spec.template));

/** Whether two templates are the same but for the hash label. */
export const equalIgnoringHash = (a: PodTemplate, b: PodTemplate): boolean =>
  semanticEqual(withoutHash(a), withoutHash(b));

function withoutHash({ metadata, spec }: PodTemplate): unknown {
  const { [POD_TEMPLATE_HASH]: _, ...labels } = metadata?.labels ?? {};
  return { metadata: { ...metadata, labels, creationTimestamp: undefined }, spec };
}

export const revisionOf = ({ metadata }: ReplicaSet | Deployment): number =>
  Number.parseInt(metadata.annotations?.[REVISION] ?? '0', 10) || 0;

/** The revision that comes after all of these. */
export const nextRevision = (old: readonly ReplicaSet[]): number => Math.max(0, ...old.map(revisionOf)) + 1;

/** The Deployment's own annotations that its ReplicaSet carries too. */
const inherited = ({ metadata }: Deployment): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => !OWN_ANNOTATIONS.has(name)));

/** What the annotations of the new ReplicaSet become: inherited ones, a revision that never falls, and its history. */
export function newSetAnnotations(
  deployment: Deployment,
  set: Pick<ReplicaSet, 'metadata'>,
  revision: number,
): Record<string, string> {
  const before = set.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before, ...inherited(deployment) };
  const known = before[REVISION];
  if (known !== undefined && (Number.parseInt(known, 10) || 0) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (known !== undefined) annotations[REVISION_HISTORY] = extendHistory(before[REVISION_HISTORY], known);
  return annotations;
}

/** A ReplicaSet that is used again keeps the revisions it has had, the oldest making room. */
function extendHistory(history: string | undefined, revision: string): string {
  const revisions = history ? [...history.split(','), revision] : [revision];
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_LIMIT) revisions.shift();
  return revisions.join(',');
}

/** How large the Deployment was when it last set this ReplicaSet's size: how a scaling is told from a rollout. */
export const sizeAnnotations = (deployment: Deployment): Record<string, string> => ({
  [DESIRED_REPLICAS]: String(replicasOf(deployment)),
  [MAX_REPLICAS]: String(replicasOf(deployment) + fencesOf(deployment).maxSurge),
});

export const desiredReplicasOf = (set: ReplicaSet): number | undefined => numberAt(set, DESIRED_REPLICAS);

export const maxReplicasOf = (set: ReplicaSet): number | undefined => numberAt(set, MAX_REPLICAS);

function numberAt({ metadata }: ReplicaSet, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
