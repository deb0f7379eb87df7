/** A Node with the Pods on it, as the scheduler sees it. */
import { parseQuantity } from '@towtank/apimachinery';
import { isPodTerminal, type Pod } from '../pod/pod.ts';
import { podResources } from '../pod/pod-resources.ts';
import type { Node } from './node.ts';

/** What is on a Node, kept up to date Pod by Pod. */
export class NodeInfo {
  node: Node;
  readonly pods: Map<string, Pod> = new Map();
  readonly #requested = new Map<string, bigint>();
  #allocatable: ReadonlyMap<string, bigint>;

  constructor(node: Node) {
    this.node = node;
    this.#allocatable = allocatableOf(node);
  }

  get name(): string {
    return this.node.metadata.name ?? '';
  }

  update(node: Node): void {
    this.node = node;
    this.#allocatable = allocatableOf(node);
  }

  /** Sets a Pod, or a newer state of it. Finished Pods take up nothing. */
  set(key: string, pod: Pod): void {
    this.delete(key);
    if (isPodTerminal(pod)) return;
    this.pods.set(key, pod);
    this.#count(pod, 1n);
  }

  delete(key: string): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    this.pods.delete(key);
    this.#count(pod, -1n);
  }

  /** How much of a resource is left. */
  free(resource: string): bigint {
    return (this.#allocatable.get(resource) ?? 0n) - (this.#requested.get(resource) ?? 0n);
  }

  /** How many Pods the Node takes at most. */
  get podLimit(): number {
    return Number((this.#allocatable.get('pods') ?? 0n) / 1_000_000_000n);
  }

  #count({ spec }: Pod, sign: bigint): void {
    for (const [name, { nano }] of podResources(spec, 'requests'))
      this.#requested.set(name, (this.#requested.get(name) ?? 0n) + sign * nano);
  }
}

const allocatableOf = ({ status }: Node): ReadonlyMap<string, bigint> =>
  new Map(
    Object.entries(status?.allocatable ?? status?.capacity ?? {}).map(([name, text]) => [
      name,
      parseQuantity(text)?.nano ?? 0n,
    ]),
  );
