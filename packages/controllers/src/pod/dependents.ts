/** Finds the objects of a workload in a shared cache, and wakes the workload when they change. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Informer, RemoveHandler } from '@towtank/client';
import { controllerOf } from './pod.ts';

const CONTROLLER_INDEX = 'controller';
const indexed = new WeakSet<Informer>();

/** Makes objects findable by {@link dependentsOf}; an informer is indexed once, whoever asks. */
export function indexByController<T extends KubeObject>(informer: Informer<T>): void {
  const shared = informer as unknown as Informer;
  if (indexed.has(shared)) return;
  indexed.add(shared);
  informer.addIndex(CONTROLLER_INDEX, (object) => [
    controllerOf(object)?.uid ?? `orphans of ${object.metadata.namespace}`,
  ]);
}

/** What the owner controls, by name. */
export const controlledBy = <T extends KubeObject>(informer: Informer<T>, owner: KubeObject): T[] =>
  informer.byIndex(CONTROLLER_INDEX, owner.metadata.uid ?? '').sort(byName);

/** What the owner controls and what nobody does in its namespace: the candidates for a claim, by name. */
export const dependentsOf = <T extends KubeObject>(informer: Informer<T>, owner: KubeObject): T[] =>
  [
    ...informer.byIndex(CONTROLLER_INDEX, owner.metadata.uid ?? ''),
    ...informer.byIndex(CONTROLLER_INDEX, `orphans of ${owner.metadata.namespace}`),
  ].sort(byName);

const byName = (a: KubeObject, b: KubeObject): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** How a workload follows its dependents. */
export interface DependentsOptions<T extends KubeObject> {
  readonly informer: Informer<T>;
  /** Kind of the workload. */
  readonly kind: string;
  /** Keys of workloads that would adopt this orphan. */
  readonly adopters?: (orphan: T) => readonly string[];
  /** A workload has reason to look again. */
  readonly changed: (key: string) => void;
  /** A dependent came into view. */
  readonly added?: (key: string, object: T) => void;
  /** A dependent is gone or on its way. */
  readonly removed?: (key: string, object: T) => void;
  /** A dependent changed, and its workload's key. */
  readonly updated?: (key: string, old: T, object: T) => void;
}

/** Calls back for every change of a dependent; the result ends that. */
export function followDependents<T extends KubeObject>(options: DependentsOptions<T>): RemoveHandler {
  const { informer, kind, changed, added, removed, updated } = options;
  const keyOf = (object: T): string | undefined => {
    const controller = controllerOf(object);
    return controller?.kind === kind ? `${object.metadata.namespace}/${controller.name}` : undefined;
  };
  const adoption = (object: T): void => {
    if (controllerOf(object) === undefined) for (const key of options.adopters?.(object) ?? []) changed(key);
  };
  const gone = (object: T): void => {
    const key = keyOf(object);
    if (key === undefined) return;
    removed?.(key, object);
    changed(key);
  };
  return informer.addHandler({
    added(object) {
      if (object.metadata.deletionTimestamp !== undefined) return gone(object);
      const key = keyOf(object);
      if (key === undefined) return adoption(object);
      added?.(key, object);
      changed(key);
    },
    updated(old, object) {
      const [before, key] = [keyOf(old), keyOf(object)];
      if (before !== undefined && before !== key) changed(before);
      if (key === undefined) return adoption(object);
      if (object.metadata.deletionTimestamp !== undefined) removed?.(key, object);
      else updated?.(key, old, object);
      changed(key);
    },
    deleted: gone,
  });
}
