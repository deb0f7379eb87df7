/** Who owns whom: every object of the cluster, with its owners and its dependents. */
import type { KubeObject, OwnerReference } from '@towtank/apimachinery';
import type { DiscoveredResource } from '@towtank/client';

/** Blocks the removal of an object until its blocking dependents are gone. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** Blocks the removal of an object until its dependents have lost their reference to it. */
export const ORPHAN_FINALIZER = 'orphan';

/** An object as the graph knows it. */
export interface GraphNode {
  readonly uid: string;
  apiVersion: string;
  kind: string;
  name: string;
  /** For an owner that has not been seen, the namespace of the dependent that names it. */
  namespace: string | undefined;
  /** Undefined until the object has been seen: so far only a dependent names it. */
  resource: DiscoveredResource | undefined;
  owners: readonly OwnerReference[];
  readonly dependents: Set<GraphNode>;
  isBeingDeleted: boolean;
  /** It waits for its dependents to be deleted first. */
  isDeletingDependents: boolean;
  /** It waits for its dependents to be orphaned first. */
  isOrphaning: boolean;
}

/** What a change of an object asks the collector to look at. */
export interface GraphFindings {
  readonly check: readonly GraphNode[];
  readonly orphan?: GraphNode;
}

const NOTHING: GraphFindings = { check: [] };

/** The graph of ownership. It only keeps book; acting on it is the collector's task. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Takes note of an object's newest state, and answers what has to be looked at because of it. */
  observe(resource: DiscoveredResource, object: KubeObject): GraphFindings {
    const { uid = '', ownerReferences: owners = [], deletionTimestamp, finalizers = [] } = object.metadata;
    const node = this.#nodes.get(uid) ?? this.#add(uid);
    const check = [...this.#identify(node, resource, object), ...this.#setOwners(node, owners)];
    if (deletionTimestamp === undefined) return check.length === 0 ? NOTHING : { check };
    node.isBeingDeleted = true;
    const startsOrphaning = !node.isOrphaning && finalizers.includes(ORPHAN_FINALIZER);
    const startsDeleting = !node.isDeletingDependents && finalizers.includes(FOREGROUND_FINALIZER);
    node.isOrphaning ||= startsOrphaning;
    node.isDeletingDependents ||= startsDeleting;
    if (startsDeleting) check.push(...node.dependents, node);
    return startsOrphaning ? { check, orphan: node } : { check };
  }

  /** Takes note that an object is gone, and answers whom that concerns: its dependents, and owners that wait for it. */
  remove(uid: string): GraphNode[] {
    const node = this.#nodes.get(uid);
    if (node === undefined) return [];
    const waiting = this.#setOwners(node, []);
    // Dependents still name it: they stay linked to whatever takes its place in the graph.
    this.#nodes.delete(uid);
    return [...waiting, ...node.dependents];
  }

  /** Fills in what an object tells of itself; dependents that name it differently have to be checked. */
  #identify(node: GraphNode, resource: DiscoveredResource, { apiVersion, kind, metadata }: KubeObject): GraphNode[] {
    const wasSeen = node.resource !== undefined;
    node.resource = resource;
    if (wasSeen) return [];
    node.apiVersion = apiVersion ?? '';
    node.kind = kind ?? resource.kind;
    node.name = metadata.name ?? '';
    node.namespace = metadata.namespace;
    return [...node.dependents].filter((dependent) => !isNamedRightly(node, dependent));
  }

  /** Links a node to its owners anew; answers what the change makes worth a look. */
  #setOwners(node: GraphNode, owners: readonly OwnerReference[]): GraphNode[] {
    const before = node.owners;
    if (before.length === 0 && owners.length === 0) return [];
    const check: GraphNode[] = [];
    node.owners = owners;
    for (const reference of before) {
      const now = owners.find(({ uid }) => uid === reference.uid);
      const owner = this.#nodes.get(reference.uid);
      if (now === undefined) this.#unlink(node, owner);
      const wasBlocking = reference.blockOwnerDeletion === true && now?.blockOwnerDeletion !== true;
      if (wasBlocking && owner?.isDeletingDependents) check.push(owner);
    }
    const known = new Set(before.map(({ uid }) => uid));
    for (const reference of owners) if (!known.has(reference.uid)) check.push(...this.#link(node, reference));
    return check;
  }

  #link(node: GraphNode, reference: OwnerReference): GraphNode[] {
    let owner = this.#nodes.get(reference.uid);
    const isNew = owner === undefined;
    if (owner === undefined) {
      owner = this.#add(reference.uid);
      Object.assign(owner, {
        apiVersion: reference.apiVersion,
        kind: reference.kind,
        name: reference.name,
        namespace: node.namespace,
      });
    }
    owner.dependents.add(node);
    if (isNew) return [owner];
    return isNamedRightly(owner, node) ? [] : [node];
  }

  #unlink(node: GraphNode, owner: GraphNode | undefined): void {
    owner?.dependents.delete(node);
    if (owner?.resource === undefined && owner?.dependents.size === 0) this.#nodes.delete(owner.uid);
  }

  #add(uid: string): GraphNode {
    const node: GraphNode = {
      uid,
      apiVersion: '',
      kind: '',
      name: '',
      namespace: undefined,
      resource: undefined,
      owners: [],
      dependents: new Set(),
      isBeingDeleted: false,
      isDeletingDependents: false,
      isOrphaning: false,
    };
    this.#nodes.set(uid, node);
    return node;
  }
}

/** Whether a dependent names its owner as the owner is: kind, name, and a namespace it can be in. */
function isNamedRightly(owner: GraphNode, dependent: GraphNode): boolean {
  const reference = dependent.owners.find(({ uid }) => uid === owner.uid);
  if (reference === undefined) return true;
  const groupOf = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  return (
    reference.kind === owner.kind &&
    reference.name === owner.name &&
    groupOf(reference.apiVersion) === groupOf(owner.apiVersion) &&
    (owner.namespace === undefined || owner.namespace === dependent.namespace)
  );
}
