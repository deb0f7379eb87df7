/** Which objects a workload owns: adoption of matching orphans, release of strays. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import type { ResourceClient } from '@towtank/client';
import { controllerOf } from './pod.ts';
import { controllerReference, type WorkloadKind } from './workload-kind.ts';

/** What claiming works with. */
export interface ClaimOptions<O extends KubeObject, T extends KubeObject> {
  readonly kind: WorkloadKind<O, T>;
  readonly owner: O;
  readonly candidates: readonly T[];
  readonly resource: ResourceClient<T>;
  /** The owner as the API has it now: adopting for an owner that is gone would leave objects behind. */
  readonly liveOwner: () => Promise<KubeObject>;
}

/** The candidates that the owner controls, after adopting and releasing as its selector asks. */
export async function claim<O extends KubeObject, T extends KubeObject>(options: ClaimOptions<O, T>): Promise<T[]> {
  const { kind, owner, candidates } = options;
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const claimed: T[] = [];
  let live: Promise<void> | undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    const selected = kind.matches(owner, object);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (selected) claimed.push(object);
      else if (!deleting) await release(object, options);
    } else if (selected && !deleting && object.metadata.deletionTimestamp === undefined) {
      live ??= checkAlive(options);
      await live;
      const adopted = await adopt(object, options);
      if (adopted !== undefined) claimed.push(adopted);
    }
  }
  return claimed;
}

async function checkAlive<O extends KubeObject, T extends KubeObject>({
  kind: { kind },
  owner,
  liveOwner,
}: ClaimOptions<O, T>): Promise<void> {
  const live = await liveOwner();
  const { name, namespace, uid } = owner.metadata;
  if (live.metadata.uid !== uid)
    throw new Error(`original ${kind} ${namespace}/${name} is gone: got uid ${live.metadata.uid}, wanted ${uid}`);
  if (live.metadata.deletionTimestamp !== undefined)
    throw new Error(`${namespace}/${name} has just been deleted at ${live.metadata.deletionTimestamp}`);
}

async function adopt<O extends KubeObject, T extends KubeObject>(
  object: T,
  { kind, owner, resource }: ClaimOptions<O, T>,
): Promise<T | undefined> {
  const { name = '', namespace, uid } = object.metadata;
  const body = { metadata: { ownerReferences: [controllerReference(kind, owner)], uid } };
  return ignoring(['NotFound'], resource.patch(name, body, { namespace, type: 'strategic' }));
}

async function release<O extends KubeObject, T extends KubeObject>(
  object: T,
  { owner, resource }: ClaimOptions<O, T>,
): Promise<void> {
  const { name = '', namespace, uid } = object.metadata;
  const body = { metadata: { ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }], uid } };
  // Invalid means that the object has been replaced by another one of the same name.
  await ignoring(['NotFound', 'Invalid'], resource.patch(name, body, { namespace, type: 'strategic' }));
}

async function ignoring<T>(reasons: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (reasons.some((reason) => hasReason(error, reason))) return undefined;
    throw error;
  }
}
