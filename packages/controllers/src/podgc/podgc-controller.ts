/** The pod garbage collector: removes Pods whose Node is gone, as nobody else would. */
import type { Clock } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { disruptionTarget } from '../pod/disruption.ts';
import { isPodTerminal, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { NODES, type Node } from '../scheduler/node.ts';
import { indexByNode, podsOn } from '../scheduler/pods-by-node.ts';
import { unlessGone } from '../write-failure.ts';

/** How long a Node has to be missing: it may only be late. */
const QUARANTINE_MS = 40_000;

/** Deletes Pods that are bound to a Node which is not there. */
export const startPodGarbageCollector = (context: ControllerContext): Controller => new PodGarbageCollector(context);

class PodGarbageCollector implements Controller {
  readonly name = 'pod-garbage-collector';
  readonly #clock: Clock;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #resource: ResourceClient<Pod>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers, clock } = context;
    this.#clock = clock;
    this.#nodes = informers.informer<Node>(NODES);
    this.#pods = informers.informer<Pod>(PODS);
    this.#resource = client.resource<Pod>(PODS);
    const reconcile = (node: string): Promise<void> => this.#reconcile(node);
    this.#loop = new ControlLoop(context, { name: 'pods without a node', component: this.name, reconcile });
    indexByNode(this.#pods);
    this.#loop.follow(this.#nodes, { deleted: ({ metadata }) => this.#suspect(metadata.name ?? '') });
    this.#loop.follow(this.#pods, {
      added: ({ spec }) => this.#suspect(spec.nodeName),
      updated: (old, { spec }) => old.spec.nodeName !== spec.nodeName && this.#suspect(spec.nodeName),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #suspect(node: string | undefined): void {
    if (node && this.#nodes.get(node) === undefined) this.#loop.queue.addAfter(node, QUARANTINE_MS);
  }

  async #reconcile(node: string): Promise<void> {
    if (this.#nodes.get(node) !== undefined) return;
    await Promise.all(podsOn(this.#pods, node).map((pod) => this.#remove(pod)));
  }

  async #remove(pod: Pod): Promise<void> {
    const { name = '', namespace } = pod.metadata;
    const condition = disruptionTarget('DeletionByPodGC', 'PodGC: node no longer exists', this.#clock.now());
    const status = { phase: 'Failed', conditions: [condition] };
    const options = { namespace, type: 'strategic', subresource: 'status' } as const;
    try {
      if (!isPodTerminal(pod)) await this.#resource.patch(name, { status }, options);
      await this.#resource.delete(name, { namespace, gracePeriodSeconds: 0 });
    } catch (error) {
      unlessGone(error);
    }
  }
}
