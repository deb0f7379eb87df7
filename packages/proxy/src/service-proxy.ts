/** A running service proxy. */
import type { ConnectionLog } from './connection-log.ts';
import type { NodeTable } from './node-table.ts';
import type { EndpointSlice, Node, Service } from './proxied-kinds.ts';
import { ProxiedService, type ProxiedServiceContext } from './proxied-service.ts';

/** Where the proxy finds the objects of a Service. */
export interface ServiceSource {
  /** By `namespace/name`. */
  service(key: string): Service | undefined;
  slices(key: string): readonly EndpointSlice[];
}

/** An endpoint as {@link ServiceProxy.backends} shows it. */
export interface Backend {
  readonly portName: string;
  readonly ip: string;
  readonly port: number;
  readonly pod: string | undefined;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly terminating: boolean;
}

/** What a {@link ServiceProxy} works with. */
export interface ProxyParts {
  readonly source: ServiceSource;
  readonly nodes: NodeTable;
  readonly connections: ConnectionLog;
  readonly now: () => number;
  /** Builds what all Services share; `refresh` brings pending changes into effect. */
  readonly context: (refresh: () => void) => ProxiedServiceContext;
  /** Frees what else was started, last. */
  readonly release: () => Promise<void>;
}

/**
 * Follows Services, EndpointSlices and Nodes. A change marks its Service; marked Services are brought in line at the end
 * of the turn, or earlier when a connection comes in, so that no connection is decided on an outdated state.
 */
export class ServiceProxy implements AsyncDisposable {
  /** Every connection, as events that can be awaited. */
  readonly connections: ConnectionLog;
  readonly #parts: ProxyParts;
  readonly #context: ProxiedServiceContext;
  readonly #services = new Map<string, ProxiedService>();
  readonly #changed = new Set<string>();
  #isScheduled = false;
  #isClosed = false;
  #lastUpdated: number;

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.connections = parts.connections;
    this.#lastUpdated = parts.now();
    this.#context = parts.context(() => this.refresh());
  }

  /** The endpoints that the proxy knows of for a Service, ready or not. */
  backends(service: string): Backend[] {
    this.refresh();
    const ports = this.#services.get(service)?.ports ?? [];
    return ports.flatMap(({ info, endpoints }) =>
      [...endpoints.values()].map(({ ip, port, pod, nodeName, ready, terminating }) => ({
        portName: info.name,
        ip,
        port,
        pod,
        nodeName,
        ready,
        terminating,
      })),
    );
  }

  /** When the proxy last took in a change, in milliseconds since the epoch. */
  get lastUpdated(): number {
    return this.#lastUpdated;
  }

  /** Marks a Service, `namespace/name`, as changed. */
  changed(key: string): void {
    if (this.#isClosed) return;
    this.#changed.add(key);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.refresh();
    });
  }

  /** Brings every change that has been told into effect now rather than at the end of the turn. */
  refresh(): void {
    if (this.#changed.size === 0 || this.#isClosed) return;
    const keys = [...this.#changed];
    this.#changed.clear();
    this.#lastUpdated = this.#parts.now();
    for (const key of keys) this.#sync(key);
  }

  /** Takes in a node, or its deletion. Node addresses and zones matter to every Service. */
  nodeChanged(node: Node, isDeleted = false): void {
    const { nodes } = this.#parts;
    if (isDeleted) nodes.delete(node.metadata.name ?? '');
    else if (!nodes.set(node)) return;
    for (const key of this.#services.keys()) this.changed(key);
  }

  /** Ends everything that the proxy has opened. Connections between callers and pods are theirs, and go on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([...this.#services.values()].map((service) => service.close()));
    this.#services.clear();
    this.connections.end();
    await this.#parts.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sync(key: string): void {
    const { source } = this.#parts;
    const service = source.service(key);
    const known = this.#services.get(key);
    if (service === undefined && known === undefined) return;
    const proxy = known ?? new ProxiedService(this.#context);
    this.#services.set(key, proxy);
    proxy.sync(service, source.slices(key));
    if (service === undefined && proxy.isIdle) this.#services.delete(key);
  }
}
