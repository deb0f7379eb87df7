/** A running cluster: every way into it, and the barrier for tests. */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
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
import type {
  ConnectOptions,
  DatagramSocket,
  LookupFunction,
  NetworkAgentOptions,
  NetworkDispatcherOptions,
  NetworkFetchOptions,
  Socks5Server,
  Source,
  VirtualNetwork,
} from '@towtank/network';
import type { ConnectionLog, ServiceProxy } from '@towtank/proxy';
import { type Caller, sourceOf } from './caller.ts';
import type { ClosingStack } from './closing-stack.ts';
import type { ClusterResolver } from './cluster-resolver.ts';
import type { OpenListeners } from './open-listeners.ts';
import { type ManifestSource, readManifests } from './read-manifests.ts';
import { type SettleOptions, settle } from './settle.ts';
import type { StandIns } from './stand-ins.ts';

const PODS = { group: '', version: 'v1', resource: 'pods' };

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
  readonly standIns: StandIns | undefined;
}

/** Options of a way into the network, with a pod for a source. */
export type As<Options> = Omit<Options, 'from'> & {
  /** Who connects; a process outside the cluster unless given. */
  readonly from?: Caller | undefined;
};

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

  /** Real addresses of the virtual ones; undefined unless `bindVirtualIps` asks for them. */
  get standIns(): StandIns | undefined {
    return this.#parts.standIns;
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

  /**
   * Resolves once nothing is under way: controllers, nodes, DNS and proxy have seen and done everything, and functions
   * that play jobs (containers of Pods whose restart policy is not Always) have returned. A job that waits for a timer of
   * the clock it was given is not waited for: only a test can move it. Rejects with an Error that names the jobs which
   * have not returned within 4 s, or `timeoutMs`; `{ jobs: false }` leaves them out of account.
   */
  settled(options: SettleOptions = {}): Promise<void> {
    return settle({ activity: this.activity, jobs: this.nodes.jobs }, options);
  }

  /**
   * `fetch` inside the cluster: names by its DNS, addresses through its proxy. Every call connects anew, so that a
   * Service balances call by call.
   */
  async fetch(url: string | URL | Request, { from, ...init }: As<NetworkFetchOptions> = {}): Promise<Response> {
    return await this.network.fetch(url, { ...init, ...this.#as(from) });
  }

  /** Opens a TCP connection to a name or virtual address. Rejects with the system's errors: ECONNREFUSED, ENOTFOUND, … */
  async connect({ from, ...options }: As<ConnectOptions>): Promise<Socket> {
    return await this.network.dial({ ...options, ...this.#as(from) });
  }

  /** A datagram socket that sends to virtual addresses and emits the replies. */
  datagram({ from }: As<object> = {}): DatagramSocket {
    return this.network.datagram(this.#as(from));
  }

  /** An `http.Agent` that reaches names and virtual addresses, for `http.request` and the libraries on top of it. */
  httpAgent({ from, ...options }: As<NetworkAgentOptions> = {}): HttpAgent {
    return this.network.httpAgent({ ...options, ...this.#as(from) });
  }

  /** The same for HTTPS. */
  httpsAgent({ from, ...options }: As<NetworkAgentOptions> = {}): HttpsAgent {
    return this.network.httpsAgent({ ...options, ...this.#as(from) });
  }

  /** An undici dispatcher, for `fetch(url, { dispatcher })`. It keeps connections alive, as clients in pods do. */
  async dispatcher({ from, ...options }: As<NetworkDispatcherOptions> = {}): ReturnType<VirtualNetwork['dispatcher']> {
    return await this.network.dispatcher({ ...options, ...this.#as(from) });
  }

  /** `dns.lookup` by the cluster's DNS. Its answers are virtual addresses. */
  get lookup(): LookupFunction {
    return this.network.lookup;
  }

  /**
   * Lets any library in this process reach cluster names and virtual addresses until the result is disposed: whatever
   * connects by `node:net`, looks names up by `node:dns` or sends by `node:dgram`. Everything else is left alone.
   *
   * @example
   * using _ = cluster.intercept();
   * await fetch('http://web.shop.svc.cluster.local/');
   */
  intercept(): Disposable {
    return this.network.intercept();
  }

  /**
   * Who a pod is on the network, for `cluster.network.runAs` and whatever else takes a source. Throws an Error for a pod
   * that is not there or has no address yet.
   */
  sourceOf(caller: Caller): Source {
    return sourceOf(caller, (key) => this.informers.informer(PODS).get(key));
  }

  /** The records of a name, in the form of `dns.promises.resolve`; as a pod sees it where `from` names one. */
  async resolve(name: string, type = 'A', { from }: As<object> = {}): Promise<unknown> {
    return await this.#parts.resolver.resolveAs(name, type, from);
  }

  /** Closes everything that the cluster has opened. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#parts.stack.close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #as(from: Caller | undefined): { readonly from?: Source } {
    return from === undefined ? {} : { from: this.sourceOf(from) };
  }
}
