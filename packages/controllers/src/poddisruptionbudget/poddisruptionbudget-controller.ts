/** The PodDisruptionBudget controller: keeps count of the Pods that may be evicted. */
import { type KubeObject, objectKey, selects } from '@towtank/apimachinery';
import type { Informer, ResourceClient } from '@towtank/client';
import { ControlLoop } from '../control-loop.ts';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { deploymentKind } from '../deployment/deployment.ts';
import { controllerOf, type Pod } from '../pod/pod.ts';
import { PODS } from '../pod/pod-control.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { replicaSetKind, replicationControllerKind } from '../replicaset/replica-set.ts';
import { statefulSetKind } from '../statefulset/stateful-set.ts';
import { unlessGone } from '../write-failure.ts';
import { DISRUPTION_BUDGETS, type DisruptionBudget, disruptionStatus } from './disruption-budget.ts';

/** Keeps the status of every PodDisruptionBudget true to its Pods. */
export const startDisruptionController = (context: ControllerContext): Controller => new DisruptionController(context);

class DisruptionController implements Controller {
  readonly name = 'disruption-controller';
  readonly #context: ControllerContext;
  readonly #budgets: Informer<DisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #owners: ReadonlyMap<string, Informer>;
  readonly #resource: ResourceClient<DisruptionBudget>;
  readonly #loop: ControlLoop;

  constructor(context: ControllerContext) {
    const { client, informers } = context;
    this.#context = context;
    this.#budgets = informers.informer<DisruptionBudget>(DISRUPTION_BUDGETS);
    this.#pods = informers.informer<Pod>(PODS);
    this.#owners = new Map([
      ['Deployment', informers.informer(deploymentKind.gvr)],
      ['ReplicaSet', informers.informer(replicaSetKind.gvr)],
      ['ReplicationController', informers.informer(replicationControllerKind.gvr)],
      ['StatefulSet', informers.informer(statefulSetKind.gvr)],
    ]);
    this.#resource = client.resource<DisruptionBudget>(DISRUPTION_BUDGETS);
    const reconcile = (key: string): Promise<void> => this.#reconcile(key);
    this.#loop = new ControlLoop(context, { name: 'poddisruptionbudgets', component: this.name, reconcile });
    this.#loop.followKeys(this.#budgets);
    const addFor = (pod: Pod): void => {
      for (const budget of this.#budgetsOf(pod)) this.#loop.queue.add(objectKey(budget));
    };
    this.#loop.follow(this.#pods, {
      added: addFor,
      updated: (old, pod) => {
        addFor(old);
        addFor(pod);
      },
      deleted: addFor,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop.close();
  }

  #budgetsOf({ metadata }: Pod): DisruptionBudget[] {
    return this.#budgets
      .inNamespace(metadata.namespace ?? '')
      .filter(({ spec }) => selects(spec.selector, metadata.labels));
  }

  async #reconcile(key: string): Promise<void> {
    const budget = this.#budgets.get(key);
    if (budget === undefined) return;
    const pods = this.#pods
      .inNamespace(budget.metadata.namespace ?? '')
      .filter(({ metadata }) => selects(budget.spec.selector, metadata.labels));
    const nowMs = this.#context.clock.now();
    const status = disruptionStatus({ budget, pods, expected: this.#expectedFor(pods), nowMs });
    if (!semanticEqual(budget.status, status))
      await this.#resource.updateStatus({ ...budget, status }).catch(unlessGone);
    const waits = Object.values(status.disruptedPods ?? {}).map((since) => Date.parse(since) + 120_000 - nowMs);
    if (waits.length > 0) this.#loop.queue.addAfter(key, Math.max(1, Math.min(...waits)));
  }

  /** The sum of the sizes of all controllers behind these Pods; a Pod without one counts as one. */
  #expectedFor(pods: readonly Pod[]): number {
    const sizes = new Map<string, number>();
    for (const pod of pods) {
      const owner = this.#scaledOwnerOf(pod);
      sizes.set(owner?.metadata.uid ?? pod.metadata.uid ?? '', owner === undefined ? 1 : (owner.spec?.replicas ?? 1));
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  #scaledOwnerOf(object: KubeObject): KubeObject | undefined {
    const reference = controllerOf(object);
    const owner = this.#owners.get(reference?.kind ?? '')?.get(`${object.metadata.namespace}/${reference?.name}`);
    if (owner === undefined || owner.metadata.uid !== reference?.uid) return undefined;
    return this.#scaledOwnerOf(owner) ?? owner;
  }
}
