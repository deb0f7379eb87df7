/** Feeds the graph from informers over every resource that can be deleted. */
import type { KubeObject } from '@towtank/apimachinery';
import type { DiscoveredResource, DiscoveryMapper, InformerFactory } from '@towtank/client';

/** What the monitors tell. */
export interface MonitorHandler {
  observed(resource: DiscoveredResource, object: KubeObject): void;
  gone(object: KubeObject): void;
}

/** Events own nothing and are owned by nobody; there are many of them. */
const isIgnored = ({ group, resource }: DiscoveredResource): boolean =>
  resource === 'events' && (group === '' || group === 'events.k8s.io');

const isMonitored = (resource: DiscoveredResource): boolean =>
  resource.preferred &&
  !isIgnored(resource) &&
  ['list', 'watch', 'delete'].every((verb) => resource.verbs.includes(verb));

const keyOf = ({ group, version, resource }: DiscoveredResource): string => `${group}/${version}/${resource}`;

interface Monitor {
  readonly resource: DiscoveredResource;
  readonly remove: () => void;
}

/** One informer for each resource, shared with whoever else follows it. */
export class Monitors {
  readonly #informers: InformerFactory;
  readonly #mapper: DiscoveryMapper;
  readonly #handler: MonitorHandler;
  readonly #monitors = new Map<string, Monitor>();

  constructor(informers: InformerFactory, mapper: DiscoveryMapper, handler: MonitorHandler) {
    this.#informers = informers;
    this.#mapper = mapper;
    this.#handler = handler;
  }

  /** Follows what is served now, and stops following what no longer is. Resolves when all of it is known. */
  async sync(): Promise<void> {
    const served = new Map((await this.#mapper.resources()).filter(isMonitored).map((row) => [keyOf(row), row]));
    for (const [key, { resource, remove }] of this.#monitors) {
      if (served.has(key)) continue;
      remove();
      this.#monitors.delete(key);
      await this.#informers.forget(resource);
    }
    const added = [...served].filter(([key]) => !this.#monitors.has(key));
    for (const [, resource] of added) this.#informers.informer(resource);
    await this.#informers.start();
    for (const [key, resource] of added) this.#monitors.set(key, { resource, remove: this.#follow(resource) });
  }

  /** Ends all handlers; the informers belong to the factory. */
  close(): void {
    for (const { remove } of this.#monitors.values()) remove();
    this.#monitors.clear();
  }

  #follow(resource: DiscoveredResource): () => void {
    const observed = (object: KubeObject): void => this.#handler.observed(resource, object);
    return this.#informers.informer(resource).addHandler({
      added: observed,
      updated: (_, object) => observed(object),
      deleted: (object) => this.#handler.gone(object),
    });
  }
}
