/** The namespace controller: empties namespaces that are being deleted, then lets them go. */
import { formatTime, hasReason } from '@towtank/apimachinery';
import {
  type DiscoveredResource,
  type DiscoveryMapper,
  type Informer,
  type ResourceClient,
  WorkQueue,
} from '@towtank/client';
import type { Controller, ControllerContext } from '../controller-context.ts';
import { messageOf } from '../write-failure.ts';
import { deleteContents, type RemainingResource } from './delete-contents.ts';
import { NAMESPACES, type Namespace } from './namespace.ts';
import { namespaceConditions, type Remains } from './namespace-conditions.ts';

const WORKERS = 10;
const FINALIZER = 'kubernetes';

/** What the controller works with. */
export interface NamespaceControllerOptions extends ControllerContext {
  readonly mapper: DiscoveryMapper;
}

/** Starts the controller. Its informers must have synced. */
export const startNamespaceController = (options: NamespaceControllerOptions): Controller =>
  new NamespaceController(options);

class NamespaceController implements Controller {
  readonly name = 'namespace-controller';
  readonly #options: NamespaceControllerOptions;
  readonly #namespaces: Informer<Namespace>;
  readonly #resource: ResourceClient<Namespace>;
  readonly #queue: WorkQueue;
  readonly #handlers = new Map<Informer, () => void>();
  readonly #removeNamespaceHandler: () => void;

  constructor(options: NamespaceControllerOptions) {
    const { client, informers, clock, activity } = options;
    this.#options = options;
    this.#namespaces = informers.informer<Namespace>(NAMESPACES);
    this.#resource = client.resource<Namespace>(NAMESPACES);
    const reconcile = (name: string): Promise<void> => this.#reconcile(name);
    this.#queue = new WorkQueue({ name: 'namespaces', reconcile, clock, activity, workers: WORKERS });
    const queue = ({ metadata }: Namespace): void => {
      if (metadata.deletionTimestamp !== undefined) this.#queue.add(metadata.name ?? '');
    };
    this.#removeNamespaceHandler = this.#namespaces.addHandler({
      added: queue,
      updated: (_, namespace) => queue(namespace),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#removeNamespaceHandler();
    for (const remove of this.#handlers.values()) remove();
    await this.#queue.close();
  }

  async #reconcile(name: string): Promise<void> {
    const namespace = this.#namespaces.get(name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    if ((namespace.spec?.finalizers ?? []).length === 0) return;
    const { remaining, discoveryFailure } = await this.#empty(name);
    const left = remaining.filter(({ items }) => items.length > 0);
    const failures = remaining.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    await this.#tell(name, { ...countRemains(left), failures, ...(discoveryFailure ? { discoveryFailure } : {}) });
    if (left.length === 0 && failures.length === 0 && discoveryFailure === undefined) return this.#finalize(name);
    await this.#followRemaining(name, left);
    const estimateSeconds = Math.max(0, ...left.map((each) => each.estimateSeconds));
    if (failures.length > 0 || estimateSeconds === 0)
      throw new Error(failures.join(', ') || discoveryFailure || `some content remains in namespace ${name}`);
    this.#queue.addAfter(name, (Math.floor(estimateSeconds / 2) + 1) * 1000);
  }

  /** Pods go first: while any is left nothing else is touched, so that they end with what they depend on still there. */
  async #empty(name: string): Promise<{ remaining: RemainingResource[]; discoveryFailure?: string }> {
    let resources: readonly DiscoveredResource[];
    try {
      resources = await this.#options.mapper.refresh();
    } catch (error) {
      return { remaining: [], discoveryFailure: messageOf(error) };
    }
    const deletable = resources.filter(
      ({ namespaced, preferred, verbs }) =>
        namespaced && preferred && verbs.includes('delete') && verbs.includes('list'),
    );
    const isPods = ({ group, resource }: DiscoveredResource): boolean => group === '' && resource === 'pods';
    const pods = await this.#emptyAll(name, deletable.filter(isPods));
    if (pods.length > 0) return { remaining: pods };
    return {
      remaining: await this.#emptyAll(
        name,
        deletable.filter((resource) => !isPods(resource)),
      ),
    };
  }

  async #emptyAll(name: string, resources: readonly DiscoveredResource[]): Promise<RemainingResource[]> {
    const left = await Promise.all(resources.map((resource) => deleteContents(this.#options.client, resource, name)));
    return left.filter((each): each is RemainingResource => each !== undefined);
  }

  async #tell(name: string, remains: Remains): Promise<void> {
    const namespace = await this.#latest(name);
    if (namespace === undefined) return;
    const now = formatTime(this.#options.clock.now());
    const conditions = namespaceConditions(namespace.status?.conditions ?? [], remains, now);
    if (conditions === undefined) return;
    await this.#resource.updateStatus({
      ...namespace,
      status: { ...namespace.status, phase: 'Terminating', conditions },
    });
  }

  async #finalize(name: string): Promise<void> {
    const namespace = await this.#latest(name);
    if (namespace === undefined) return;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    await ignoreNotFound(
      this.#resource.subresource('finalize').update(name, { ...namespace, spec: { ...namespace.spec, finalizers } }),
    );
  }

  #latest(name: string): Promise<Namespace | undefined> {
    return ignoreNotFound(this.#resource.get(name));
  }

  /** Looks again when one of the remaining objects goes, instead of waiting for the estimate to pass. */
  async #followRemaining(name: string, left: readonly RemainingResource[]): Promise<void> {
    const { informers } = this.#options;
    for (const { resource } of left) {
      const informer = informers.informer(resource);
      if (this.#handlers.has(informer)) continue;
      const deleted = ({ metadata }: { metadata: { namespace?: string } }): void =>
        this.#contentGone(metadata.namespace);
      this.#handlers.set(informer, informer.addHandler({ deleted }));
      // What went before the informer knew of it is never told.
      await informers.start();
      this.#queue.add(name);
    }
  }

  #contentGone(name = ''): void {
    if (this.#namespaces.get(name)?.metadata.deletionTimestamp !== undefined) this.#queue.add(name);
  }
}

function countRemains(left: readonly RemainingResource[]): Pick<Remains, 'resources' | 'finalizers'> {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  for (const { resource, items } of left) {
    resources.set(`${resource.resource}.${resource.group}`, items.length);
    for (const { metadata } of items)
      for (const finalizer of metadata.finalizers ?? [])
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  return { resources, finalizers };
}

async function ignoreNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
