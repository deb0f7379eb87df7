/** The Recreate strategy: no new Pod before the last old one is gone. */
import { isPodTerminal, type Pod } from '../pod/pod.ts';
import { replicasOf } from './deployment.ts';
import { type Rollout, sizeOf } from './rollout.ts';

/** One step. `podsOf` finds the Pods that a ReplicaSet controls, by its uid. */
export async function recreate(rollout: Rollout, podsOf: (uid: string) => readonly Pod[]): Promise<void> {
  let scaledDown = false;
  for (const set of [...rollout.oldSets]) if (sizeOf(set) > 0) scaledDown = (await rollout.scale(set, 0)) || scaledDown;
  if (scaledDown) return;
  const running = rollout.oldSets.some(({ metadata }) => podsOf(metadata.uid ?? '').some((pod) => !isPodTerminal(pod)));
  if (running) return;
  const newSet = await rollout.ensureNewSet();
  await rollout.scale(newSet, replicasOf(rollout.deployment));
}
