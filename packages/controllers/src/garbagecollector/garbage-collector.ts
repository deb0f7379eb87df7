/** The garbage collector: removes what has lost its owners, and carries out foreground and orphaning deletions. */
import type { KubeObject, OwnerReference } from '@towtank/apimachinery';
import { type DiscoveredResource, type DiscoveryMapper, EventRecorder, WorkQueue } from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { LiveObjects, type OwnerState } from './live-objects.ts';
import { Monitors } from './monitors.ts';
import { FOREGROUND_FINALIZER, type GraphNode, ORPHAN_FINALIZER, OwnerGraph } from './owner-graph.ts';

const WORKERS = 20;

/** What the collector works with. */
export interface GarbageCollectorOptions extends ControllerContext {
  readonly mapper: DiscoveryMapper;
}

/** Starts the collector; resolves when it knows every object there is. */
export async function startGarbageCollector(options: GarbageCollectorOptions): Promise<Controller> {
  const collector = new GarbageCollector(options);
  await collector.start();
  return collector;
}

class GarbageCollector implements Controller {
  readonly name = 'garbage-collector-controller';
  readonly #graph = new OwnerGraph();
  readonly #live: LiveObjects;
  readonly #mapper: DiscoveryMapper;
  readonly #monitors: Monitors;
  readonly #events: EventRecorder;
  readonly #deletions: WorkQueue;
  readonly #orphanings: WorkQueue;
  readonly #resources: WorkQueue;

  constructor({ client, informers, clock, activity, mapper }: GarbageCollectorOptions) {
    this.#mapper = mapper;
    this.#live = new LiveObjects(client, mapper);
    this.#events = new EventRecorder({ client, clock, activity, component: 'garbage-collector-controller' });
    const queue = (name: string, workers: number, reconcile: (key: string) => Promise<void>): WorkQueue =>
      new WorkQueue({ name, workers, reconcile, clock, activity });
    this.#deletions = queue('garbage', WORKERS, (uid) => this.#attemptToDelete(uid));
    this.#orphanings = queue('orphans', WORKERS, (uid) => this.#orphanDependents(uid));
    this.#resources = queue('monitored resources', 1, () => this.#resync());
    this.#monitors = new Monitors(informers, mapper, {
      observed: (resource, object) => this.#observed(resource, object),
      gone: ({ metadata }) => this.#gone(metadata.uid ?? ''),
    });
  }

  start(): Promise<void> {
    return this.#monitors.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#monitors.close();
    for (const queue of [this.#resources, this.#deletions, this.#orphanings]) await queue.close();
    await this.#events.close();
  }

  #observed(resource: DiscoveredResource, object: KubeObject): void {
    const { check, orphan } = this.#graph.observe(resource, object);
    for (const { uid } of check) this.#deletions.add(uid);
    if (orphan !== undefined) this.#orphanings.add(orphan.uid);
    if (resource.resource === 'customresourcedefinitions') this.#resources.add('all');
  }

  #gone(uid: string): void {
    const node = this.#graph.get(uid);
    for (const concerned of this.#graph.remove(uid)) this.#deletions.add(concerned.uid);
    if (node?.resource?.resource === 'customresourcedefinitions') this.#resources.add('all');
  }

  async #resync(): Promise<void> {
    await this.#mapper.refresh();
    await this.#monitors.sync();
  }

  /** Deletes an object if none of its owners is left to keep it. */
  async #attemptToDelete(uid: string): Promise<void> {
    const node = this.#graph.get(uid);
    if (node === undefined || (node.isBeingDeleted && !node.isDeletingDependents)) return;
    const object = await this.#live.read(node);
    if (object === undefined || object.metadata.uid !== uid) return this.#gone(uid);
    // An owner that has only been named so far exists after all: it will come into view.
    if (node.resource === undefined) return;
    if (node.isDeletingDependents) return this.#finishForeground(node, object);
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length > 0) await this.#judge(node, object, owners);
  }

  async #judge(node: GraphNode, object: KubeObject, owners: readonly OwnerReference[]): Promise<void> {
    const states = await Promise.all(
      owners.map((reference) => this.#live.ownerState(reference, object.metadata.namespace)),
    );
    const inState = (state: OwnerState): OwnerReference[] => owners.filter((_, at) => states[at] === state);
    for (const reference of inState('misplaced')) this.#warnOfNamespace(object, reference);
    if (inState('misplaced').length > 0) return;
    const [solid, waiting] = [inState('solid'), inState('waiting')];
    if (solid.length === owners.length) return;
    if (solid.length > 0) return this.#live.patchMetadata(node, object, { ownerReferences: solid });
    if (waiting.length > 0 && node.dependents.size > 0) return this.#deleteForeground(node, object);
    await this.#live.delete(node, object, policyOf(object));
  }

  /** The owner waits for this object, which has dependents of its own: they go first, and block nobody in a circle. */
  async #deleteForeground(node: GraphNode, object: KubeObject): Promise<void> {
    const isCircular = [...node.dependents].some((dependent) => dependent.isDeletingDependents);
    if (!isCircular) return this.#live.delete(node, object, 'Foreground');
    const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) => ({
      ...reference,
      blockOwnerDeletion: false,
    }));
    await this.#live.patchMetadata(node, object, { ownerReferences });
    const unblocked = await this.#live.read(node);
    if (unblocked !== undefined) await this.#live.delete(node, unblocked, 'Foreground');
  }

  /** Lets an object go once no dependent blocks that; until then its dependents are deleted. */
  async #finishForeground(node: GraphNode, object: KubeObject): Promise<void> {
    const blocks = ({ owners }: GraphNode): boolean =>
      owners.some((reference) => reference.uid === node.uid && reference.blockOwnerDeletion === true);
    const blocking = [...node.dependents].filter(blocks);
    if (blocking.length === 0) return this.#removeFinalizer(node, object, FOREGROUND_FINALIZER);
    for (const dependent of blocking) if (!dependent.isDeletingDependents) this.#deletions.add(dependent.uid);
  }

  /** Takes an owner off its dependents, then lets it go. */
  async #orphanDependents(uid: string): Promise<void> {
    const node = this.#graph.get(uid);
    if (node === undefined) return;
    await Promise.all([...node.dependents].map((dependent) => this.#orphan(dependent, uid)));
    const object = await this.#live.read(node);
    if (object?.metadata.uid === uid) await this.#removeFinalizer(node, object, ORPHAN_FINALIZER);
  }

  async #orphan(node: GraphNode, ownerUid: string): Promise<void> {
    const object = await this.#live.read(node);
    const before = object?.metadata.ownerReferences ?? [];
    const ownerReferences = before.filter(({ uid }) => uid !== ownerUid);
    if (object === undefined || object.metadata.uid !== node.uid || ownerReferences.length === before.length) return;
    await this.#live.patchMetadata(node, object, {
      ownerReferences: ownerReferences.length > 0 ? ownerReferences : null,
    });
  }

  async #removeFinalizer(node: GraphNode, object: KubeObject, finalizer: string): Promise<void> {
    const before = object.metadata.finalizers ?? [];
    const finalizers = before.filter((name) => name !== finalizer);
    if (finalizers.length < before.length) await this.#live.patchMetadata(node, object, { finalizers });
  }

  /** An owner with a namespace cannot own what has none; nothing is deleted on such grounds. */
  #warnOfNamespace(object: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): void {
    const reference = `[${apiVersion}/${kind}, namespace: , name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${reference} does not exist in namespace "${object.metadata.namespace ?? ''}"`;
    this.#events.record(object, 'Warning', 'OwnerRefInvalidNamespace', message);
  }
}

/** A deletion that the object's own finalizers ask for goes on as they say. */
function policyOf({ metadata }: KubeObject): 'Background' | 'Foreground' | 'Orphan' {
  if (metadata.finalizers?.includes(ORPHAN_FINALIZER)) return 'Orphan';
  return metadata.finalizers?.includes(FOREGROUND_FINALIZER) ? 'Foreground' : 'Background';
}
