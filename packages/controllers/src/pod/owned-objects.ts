/** The objects that a kind of workload owns: which they are, whose they become, and whom their changes concern. */
import { type GroupVersionResource, type KubeObject, objectKey } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import type { ControlLoop } from '../control-loop.ts';
import type { ControllerContext } from '../controller-context.ts';
import { claim } from './claim.ts';
import { candidatesOf, controlledBy, indexByController } from './controller-index.ts';
import type { Expectations } from './expectations.ts';
import { controllerOf } from './pod.ts';
import type { WorkloadKind } from './workload-kind.ts';

/** What the workloads of one kind own of one resource. */
export class OwnedObjects<O extends KubeObject, T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly resource: ResourceClient<T>;
  readonly #kind: WorkloadKind<O, T>;
  readonly #owners: Informer<O>;
  readonly #ownerResource: ResourceClient<O>;

  constructor({ client, informers }: ControllerContext, kind: WorkloadKind<O, T>, owned: GroupVersionResource) {
    this.informer = informers.informer<T>(owned);
    this.resource = client.resource<T>(owned);
    this.#kind = kind;
    this.#owners = informers.informer<O>(kind.gvr);
    this.#ownerResource = client.resource<O>(kind.gvr);
    indexByController(this.informer);
  }

  /** What the owner controls, by name. */
  of(owner: KubeObject): T[] {
    return controlledBy(this.informer, owner);
  }

  /** What the owner controls once it has adopted what it selects, of what `mayClaim` allows, and released the rest. */
  claim(owner: O, mayClaim: (candidate: T) => boolean = () => true): Promise<T[]> {
    const { name = '', namespace } = owner.metadata;
    return claim({
      kind: this.#kind,
      owner,
      candidates: candidatesOf(this.informer, owner).filter(mayClaim),
      resource: this.resource,
      liveOwner: () => this.#ownerResource.get(name, { namespace }),
    });
  }

  /** Reconciles owners when what they own, or could adopt, changes; `expectations` are told what has come and gone. */
  follow(loop: ControlLoop, expectations?: Expectations): void {
    const gone = (object: T): void => {
      const key = this.#ownerKey(object);
      if (key === undefined) return;
      expectations?.deletionObserved(key, object);
      loop.queue.add(key);
    };
    loop.follow(this.informer, {
      added: (object) => {
        if (object.metadata.deletionTimestamp !== undefined) return gone(object);
        const key = this.#ownerKey(object);
        if (key === undefined) return this.#offer(object, loop);
        expectations?.creationObserved(key);
        loop.queue.add(key);
      },
      updated: (old, object) => {
        const [before, key] = [this.#ownerKey(old), this.#ownerKey(object)];
        if (before !== undefined && before !== key) loop.queue.add(before);
        if (key === undefined) return this.#offer(object, loop);
        if (object.metadata.deletionTimestamp !== undefined) expectations?.deletionObserved(key, object);
        loop.queue.add(key);
      },
      deleted: gone,
    });
  }

  #ownerKey(object: T): string | undefined {
    const controller = controllerOf(object);
    return controller?.kind === this.#kind.kind ? `${object.metadata.namespace}/${controller.name}` : undefined;
  }

  /** An orphan concerns all who would adopt it. */
  #offer(object: T, { queue }: ControlLoop): void {
    if (controllerOf(object) !== undefined) return;
    for (const owner of this.#owners.inNamespace(object.metadata.namespace ?? ''))
      if (this.#kind.matches(owner, object)) queue.add(objectKey(owner));
  }
}
