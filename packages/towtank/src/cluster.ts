/** A running cluster: every way into it, and the barrier for tests. */
import type { Socket } from 'node:net';
import type { Activity, Clock, KubeObject, Random, Transport } from '@towtank/apimachinery';
import type { ApiServer } from '@towtank/apiserver';
import {
  applyObjects,
  type DiscoveryMapper,
  discoveryMapper,
  type InformerFactory,
  type KubeClient,
} from '@towtank/client';
import type { DnsServer, QueryLog } from '@towtank/dns';
import type { Nodes } from '@towtank/kubelet';
import type { ConnectOptions, NetworkFetchOptions, Socks5Server, VirtualNetwork } from '@towtank/network';
import type { ConnectionLog, ServiceProxy } from '@towtank/proxy';
import type { ClosingStack } from './closing-stack.ts';
import type { Asker, ClusterResolver } from './cluster-resolver.ts';
import type { OpenListeners } from './open-listeners.ts';
import { type ManifestSource, readManifests } from './read-manifests.ts';

/** What a cluster is made of. */
export interface ClusterParts {
  readonly admin: KubeClient;
  readonly apiServer: ApiServer;
  readonly token: string;
  readonly stack: ClosingStack;
  readonly listeners: OpenListeners;
  readonly socks: Socks5Server | undefined;
  readonly network: VirtualNetwork;
  readonly dns: DnsServer;
  readonly proxy: ServiceProxy;
  readonly nodes: Nodes;
  readonly resolver: ClusterResolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  readonly informers: InformerFactory;
}

/** A Kubernetes cluster in this process. */
export class Cluster implements AsyncDisposable {
  readonly apiServer: ApiServer;
  /** A client that may do everything and needs no socket. */
  readonly client: KubeClient;
  readonly network: VirtualNetwork;
  readonly dns: DnsServer;
  readonly proxy: ServiceProxy;
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  /** Shared caches of what the API holds. */
  readonly informers: InformerFactory;
  /** The administrator's bearer token. */
  readonly adminToken: string;
  readonly #parts: ClusterParts;
  readonly #mapper: DiscoveryMapper;
  #closed: Promise<void> | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.apiServer = parts.apiServer;
    this.client = parts.admin;
    this.network = parts.network;
    this.dns = parts.dns;
    this.proxy = parts.proxy;
    this.nodes = parts.nodes;
    this.clock = parts.clock;
    this.random = parts.random;
    this.activity = parts.activity;
    this.informers = parts.informers;
    this.adminToken = parts.token;
    this.#mapper = discoveryMapper(parts.admin);
  }

  /** URL of the HTTPS port; undefined when none is open. */
  get url(): string | undefined {
    return this.#parts.listeners.secure?.url;
  }

  /** URL of the plain HTTP port; undefined when none is open. */
  get insecureUrl(): string | undefined {
    return this.#parts.listeners.insecure?.url;
  }

  /** Address of the SOCKS5 server; undefined when none is open. */
  get socksAddress(): { readonly host: string; readonly port: number } | undefined {
    return this.#parts.socks;
  }

  /** For kubectl, helm and client libraries, as YAML text. */
  get kubeconfig(): string {
    return this.#parts.listeners.kubeconfig;
  }

  /** The way into the API without a socket, as the administrator. */
  get transport(): Transport {
    return this.client.transport;
  }

  /** Every connection through a Service so far, and those to come. */
  get connections(): ConnectionLog {
    return this.proxy.connections;
  }

  /** Every DNS query so far, and those to come. */
  get queries(): QueryLog {
    return this.dns.queries;
  }

  /**
   * Applies manifests: a path of a file or folder, YAML text, or objects. Answers the stored objects. Throws
   * ManifestError for what cannot be read and StatusError for what the API refuses.
   */
  async apply(
    source: ManifestSource,
    { namespace = 'default' }: { readonly namespace?: string } = {},
  ): Promise<KubeObject[]> {
    const objects = await readManifests(source);
    return await applyObjects(objects, {
      client: this.client,
      mapper: this.#mapper,
      fieldManager: 'towtank',
      namespace,
    });
  }

  /** Resolves once nothing is under way: controllers, nodes, DNS and proxy have seen and done everything. */
  settled(): Promise<void> {
    return this.activity.settled();
  }

  /** `fetch` inside the cluster: names by its DNS, addresses through its proxy. Every call connects anew. */
  fetch(url: string | URL | Request, options?: NetworkFetchOptions): Promise<Response> {
    return this.network.fetch(url, options);
  }

  /** Opens a TCP connection to a name or virtual address. */
  connect(options: ConnectOptions): Promise<Socket> {
    return this.network.dial(options);
  }

  /** The records of a name, in the form of `dns.promises.resolve`; as a pod sees it where `from` names one. */
  resolve(name: string, type = 'A', { from }: { readonly from?: Asker } = {}): Promise<unknown> {
    return this.#parts.resolver.resolveAs(name, type, from);
  }

  /** Closes everything that the cluster has opened. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#parts.stack.close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
