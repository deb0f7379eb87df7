/** Frees Pods whose Job is gone or done: nobody else would take the tracking finalizer from them. */
import { objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { ControllerContext } from '../controller-context.ts';
import { controllerOf, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { unlessGone } from '../write-failure.ts';
import { finishedCondition, type Job, TRACKING_FINALIZER } from './job.ts';
import { isTracked } from './job-pod.ts';

/** Looks after Pods without a Job. */
export interface OrphanPods {
  /** Has another look at these Pods. */
  check(pods: readonly Pod[]): void;
  close(): Promise<void>;
}

/** Starts looking after tracked Pods that no unfinished Job owns. */
export function startOrphanPods(context: ControllerContext, jobs: Informer<Job>, pods: Informer<Pod>): OrphanPods {
  const resource = context.client.resource<Pod>(PODS);
  const loop = new ControlLoop(context, {
    name: 'orphan pods',
    component: 'job-controller',
    reconcile: async (key) => {
      const pod = pods.get(key);
      if (pod !== undefined && isTracked(pod) && isOrphan(jobs, pod)) await withoutTracking(resource, pod);
    },
  });
  const check = (pod: Pod): void => {
    if (isTracked(pod) && isOrphan(jobs, pod)) loop.queue.add(objectKey(pod));
  };
  loop.follow(pods, { added: check, updated: (_, pod) => check(pod) });
  return { check: (some) => some.forEach(check), close: () => loop.close() };
}

/** Takes the tracking finalizer from a Pod; one that is gone needs nothing. */
export async function withoutTracking(resource: ResourceClient<Pod>, { metadata }: Pod): Promise<void> {
  const { name = '', namespace, uid } = metadata;
  const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER], uid } };
  await resource.patch(name, body, { namespace, type: 'strategic' }).catch(unlessGone);
}

function isOrphan(jobs: Informer<Job>, pod: Pod): boolean {
  // Before the Jobs are known every Pod would look like an orphan.
  if (!jobs.hasSynced) return false;
  const owner = controllerOf(pod);
  if (owner?.kind !== 'Job') return true;
  const job = jobs.get(`${pod.metadata.namespace}/${owner.name}`);
  return job?.metadata.uid !== owner.uid || finishedCondition(job) !== undefined;
}
