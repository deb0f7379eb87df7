/** Finds the objects of a workload in a shared cache. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import { controllerOf } from './pod.ts';

const CONTROLLER_INDEX = 'controller';
const indexed = new WeakSet<Informer>();

/** Makes objects findable by their controller; an informer is indexed once, whoever asks. */
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
export const candidatesOf = <T extends KubeObject>(informer: Informer<T>, owner: KubeObject): T[] =>
  [
    ...informer.byIndex(CONTROLLER_INDEX, owner.metadata.uid ?? ''),
    ...informer.byIndex(CONTROLLER_INDEX, `orphans of ${owner.metadata.namespace}`),
  ].sort(byName);

const byName = (a: KubeObject, b: KubeObject): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
