/** `metadata`: what the server fills in, and keeps. */
import { formatTime, type KubeObject, type ObjectMeta } from '@towtank/apimachinery';
import type { StrategyContext } from './strategy.ts';

/** Stamps a new object with its uid and creation time, and clears what a creator may not set. */
export function fillObjectMeta(object: KubeObject, { clock, random, namespace, resource }: StrategyContext): void {
  const { metadata } = object;
  if (resource.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  metadata.uid = random.uuid();
  metadata.creationTimestamp = formatTime(clock.now());
}

const KEPT = ['uid', 'creationTimestamp', 'generation', 'selfLink'] as const;

/** Keeps what an updater may not change, whatever the request says. What it may not add is left to the rules. */
export function restoreObjectMeta(metadata: ObjectMeta, old: ObjectMeta): void {
  for (const field of KEPT)
    if (old[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: old[field] });
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
}
