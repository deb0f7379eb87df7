/** Finds the Pods on a Node. */
import type { Informer } from '@towtank/client';
import type { Pod } from '../pod/pod.ts';

const INDEX = 'node';
const indexed = new WeakSet<Informer<Pod>>();

/** Makes Pods findable by {@link podsOn}; an informer is indexed once, whoever asks. */
export function indexByNode(pods: Informer<Pod>): void {
  if (indexed.has(pods)) return;
  indexed.add(pods);
  pods.addIndex(INDEX, ({ spec }) => [spec.nodeName || undefined]);
}

export const podsOn = (pods: Informer<Pod>, nodeName: string): Pod[] => pods.byIndex(INDEX, nodeName);
