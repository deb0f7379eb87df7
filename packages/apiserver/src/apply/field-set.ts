/** Sets of fields, as trees of path elements. Sets are never changed once they are made, so they may share branches. */

/** A path element's place in a set. */
export interface FieldNode {
  /** Whether the field itself is in the set, besides what is below it. */
  readonly member: boolean;
  readonly below: FieldSet | undefined;
}

/** Fields by path element: `f:spec`, `k:{"name":"a"}`, `v:"x"`, `i:0`. */
export type FieldSet = ReadonlyMap<string, FieldNode>;

/** The set without members. */
export const EMPTY_SET: FieldSet = new Map();

const LEAF: FieldNode = { member: true, below: undefined };

/** A node for a field that is in the set with nothing below it, or with `below`. */
export const memberNode = (below: FieldSet | undefined): FieldNode =>
  below === undefined || below.size === 0 ? LEAF : { member: true, below };

/** A set of whole paths. */
export function setOfPaths(paths: readonly (readonly string[])[]): FieldSet {
  let set = EMPTY_SET;
  for (const path of paths) {
    const [last, ...up] = [...path].reverse();
    let single: FieldSet = new Map([[last ?? '', LEAF]]);
    for (const element of up) single = new Map([[element, { member: false, below: single }]]);
    set = union(set, single);
  }
  return set;
}

/** Whether the set has members. A set without any has no nodes either. */
export const isEmpty = (set: FieldSet | undefined): boolean => set === undefined || set.size === 0;

/** Whether the path is in the set. */
export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (const [depth, element] of path.entries()) {
    const node: FieldNode | undefined = at?.get(element);
    if (node === undefined) return false;
    if (depth === path.length - 1) return node.member;
    at = node.below;
  }
  return false;
}

/** What is in either set. Answers `a` itself when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (b.size === 0 || a === b) return a;
  if (a.size === 0) return b;
  let result: Map<string, FieldNode> | undefined;
  for (const [element, other] of b) {
    const own = a.get(element);
    const joined = own === undefined ? other : joinNodes(own, other);
    if (joined === own) continue;
    result ??= new Map(a);
    result.set(element, joined);
  }
  return result ?? a;
}

function joinNodes(a: FieldNode, b: FieldNode): FieldNode {
  const below = a.below === undefined ? b.below : b.below === undefined ? a.below : union(a.below, b.below);
  const member = a.member || b.member;
  return member === a.member && below === a.below ? a : { member, below };
}

/** What is in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result = new Map<string, FieldNode>();
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  for (const [element, node] of small) {
    const other = large.get(element);
    if (other === undefined) continue;
    const below = node.below && other.below ? intersection(node.below, other.below) : EMPTY_SET;
    addNode(result, element, node.member && other.member, below);
  }
  return result;
}

/** What is in `a` but not in `b`, path by path. Answers `a` itself when nothing is taken away. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, false);

/** What is in `a`, without the fields in `b` and everything below them. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, true);

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (a.size === 0 || b.size === 0) return a;
  let result: Map<string, FieldNode> | undefined;
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined) continue;
    const gone = recursive && other.member;
    const member = node.member && !other.member;
    const below = gone || !node.below || !other.below ? node.below : subtract(node.below, other.below, recursive);
    if (!gone && member === node.member && below === node.below) continue;
    result ??= new Map(a);
    result.delete(element);
    if (!gone) addNode(result, element, member, below);
  }
  return result ?? a;
}

function addNode(set: Map<string, FieldNode>, element: string, member: boolean, below: FieldSet | undefined): void {
  const kept = below === undefined || below.size === 0 ? undefined : below;
  if (member || kept !== undefined) set.set(element, kept === undefined ? LEAF : { member, below: kept });
}

/** All paths of the set: a level's own members before what is below them, each in order. */
export function pathsOf(set: FieldSet, compare: (a: string, b: string) => number): string[][] {
  const elements = [...set.keys()].sort(compare);
  const own = elements.filter((element) => set.get(element)?.member).map((element) => [element]);
  const below = elements.flatMap((element) =>
    pathsOf(set.get(element)?.below ?? EMPTY_SET, compare).map((path) => [element, ...path]),
  );
  return [...own, ...below];
}
