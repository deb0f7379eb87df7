/** The virtual network: addresses that exist only here, and real loopback sockets underneath. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket as DgramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { type AddressInfo, isIP, Server, Socket, type SocketConstructorOpts } from 'node:net';
import type { Dispatcher } from 'undici';
import { AddressBook, type Binding, type BindingListener } from './address-book.ts';
import { type ActivityCounter, type Clock, systemClock } from './clock.ts';
import { connectSocket, type SocketRoute } from './connect-socket.ts';
import { DatagramSocket } from './datagram-socket.ts';
import type { ConnectOptions, Dialer } from './dialer.ts';
import {
  type NetworkDispatcherOptions,
  type NetworkFetchOptions,
  networkDispatcher,
  networkFetch,
} from './dispatcher.ts';
import { httpAgent, httpsAgent, type NetworkAgentOptions } from './http-agent.ts';
import { intercept } from './intercept.ts';
import { ipRanges } from './ip-ranges.ts';
import { LocalServer } from './local-server.ts';
import {
  answerLookup,
  familyOption,
  isClusterName,
  isLocalhost,
  type LookupFunction,
  lookupAddresses,
  type NameResolver,
} from './name-resolver.ts';
import { type CandidateSource, type Routes, resumeCandidates, routeCandidates } from './route-candidates.ts';
import type { Target } from './router.ts';
import { type Forwarder, type ForwarderOptions, startTcpForwarder } from './tcp-forwarder.ts';
import { startUdpForwarder } from './udp-forwarder.ts';
import { canonicalIp, isLoopback, OUTSIDE, type Source, type VirtualAddress } from './virtual-address.ts';

/** Options of a {@link VirtualNetwork}. */
export interface VirtualNetworkOptions {
  /** The time behind timeouts; the machine's unless given. */
  readonly clock?: Clock;
  /** Told of work that a barrier has to wait for. */
  readonly activity?: ActivityCounter;
  /** CIDRs that are this network's although no host in them exists yet: pods, Services, load balancers. */
  readonly ranges?: readonly string[];
  /** Real addresses other than loopback that may be dialled, as IPs or CIDRs. None by default. */
  readonly allow?: readonly string[];
  /** How long a connection that is dropped stays pending before ETIMEDOUT. 127 s, as Linux gives up after six SYNs. */
  readonly dropTimeoutMs?: number;
}

const DROP_TIMEOUT_MS = 127_000;
/** For a peer to learn that it is connected, for what it sends to arrive, and for the server to read it. */
const RETIRE_TURNS = 3;
/** Virtual source ports of datagram sockets: Linux's ephemeral range. */
const FIRST_EPHEMERAL_PORT = 32_768;
const LAST_EPHEMERAL_PORT = 60_999;

/**
 * An address book from virtual addresses to real sockets on 127.0.0.1, and every way to connect through it. TCP is real
 * TCP, so half-close, backpressure, resets and keep-alive are the system's. No packet leaves loopback unless `allow`
 * says so.
 */
export class VirtualNetwork implements Dialer, Disposable {
  readonly clock: Clock;
  readonly activity: ActivityCounter | undefined;
  readonly #book = new AddressBook();
  readonly #routes: Routes;
  readonly #inRanges: (ip: string) => boolean;
  readonly #dropTimeoutMs: number;
  readonly #sources = new AsyncLocalStorage<Source>();
  readonly #peers = new Map<number, Source>();
  /** By the real port of each server that this network has started. */
  readonly #servers = new Map<number, LocalServer>();
  #resolver: NameResolver | undefined;
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(options: VirtualNetworkOptions = {}) {
    const { clock = systemClock, activity, ranges = [], allow = [], dropTimeoutMs = DROP_TIMEOUT_MS } = options;
    this.clock = clock;
    this.activity = activity;
    this.#dropTimeoutMs = dropTimeoutMs;
    this.#inRanges = ipRanges(ranges);
    const allowed = ipRanges(allow);
    this.#routes = {
      find: (protocol, ip, port) => this.#book.find(protocol, ip, port),
      hasHost: (ip) => !isLoopback(ip) && this.#book.hasHost(ip),
      isAllowed: (ip) => isLoopback(ip) || allowed(ip),
    };
  }

  /**
   * Binds a virtual address to a real one or to a router, until the result is closed. Established connections outlive
   * it. Throws EADDRINUSE where the address is bound.
   */
  bind(address: VirtualAddress, target: Target): Binding {
    return this.#book.bind(address, target);
  }

  /** Makes a host exist without any port: connections to it are refused, not unreachable. */
  attach(ip: string): Binding {
    return this.#book.attach(ip);
  }

  /**
   * Starts a server on a free real port of 127.0.0.1 and binds the virtual address to it, until the server closes or the
   * binding does. Closing the binding leaves the server alone.
   */
  async listen(address: VirtualAddress, server: Server | DgramSocket): Promise<Binding> {
    if (server instanceof Server) server.listen(0, '127.0.0.1');
    else server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const protocol = server instanceof Server ? 'tcp' : 'udp';
    const binding = this.bind({ ...address, protocol }, { host: '127.0.0.1', port });
    if (server instanceof Server) this.#servers.set(port, new LocalServer(server));
    server.once('close', () => {
      binding.close();
      this.#servers.delete(port);
    });
    return binding;
  }

  /**
   * Takes a server of {@link VirtualNetwork.listen} out of service: releases its addresses, lets it accept whoever is
   * already on the way to it, and stops it. To close it at once resets those. Its connections go on.
   */
  async retire(server: Server, bindings: Iterable<Binding>): Promise<void> {
    for (const binding of bindings) binding.close();
    const address = server.address() as AddressInfo | null;
    if (address === null) return;
    await this.#servers.get(address.port)?.emptied();
    // Their first bytes are yet to come, and a server that closes takes connections without a request for idle.
    for (let turn = 0; turn < RETIRE_TURNS; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    if (server.listening) server.close();
  }

  /** Tells of every binding, present and to come, until the result is called. */
  watchBindings(listener: BindingListener): () => void {
    return this.#book.watch(listener);
  }

  /** Whether a connection to this virtual address would find a binding. */
  isBound({ ip, port, protocol = 'tcp' }: VirtualAddress): boolean {
    return this.#book.find(protocol, canonicalIp(ip), port) !== undefined;
  }

  /**
   * Whether a name or IP belongs to this network for whoever connects here; an interception leaves all others to the
   * machine. To a pod every name does, as all its names go to the cluster's DNS.
   */
  owns(host: string): boolean {
    if (isIP(host) === 0) return this.#ownsName(host);
    const ip = canonicalIp(host);
    return this.#routes.hasHost(ip) || this.#inRanges(ip);
  }

  /** Sets who resolves names. */
  setResolver(resolver: NameResolver | undefined): void {
    this.#resolver = resolver;
  }

  /** Who resolves names. */
  get resolver(): NameResolver | undefined {
    return this.#resolver;
  }

  /** Runs `work` so that everything it connects to by this network is connected to as `source`, across awaits too. */
  runAs<T>(source: Source, work: () => T): T {
    return this.#sources.run(source, work);
  }

  /** Who connects here: the source of the surrounding {@link VirtualNetwork.runAs}, or the outside. */
  get source(): Source {
    return this.#sources.getStore() ?? OUTSIDE;
  }

  /** Who is at the other end of an accepted socket; nothing where the peer did not connect through this network. */
  peerOf(socket: { readonly remotePort?: number | undefined }): Source | undefined {
    return socket.remotePort === undefined ? undefined : this.#peers.get(socket.remotePort);
  }

  /**
   * A socket that is being connected, as `net.connect` returns it: it emits `connect` or `error`. Errors are those of the
   * system: ECONNREFUSED where nobody listens, EHOSTUNREACH for an unknown host, ENOTFOUND for an unknown name, and
   * ETIMEDOUT after a long silence where traffic is dropped.
   */
  connect(options: ConnectOptions): Socket {
    const { allowHalfOpen = false, signal } = options;
    const socket = new Socket({
      allowHalfOpen,
      noDelay: true,
      ...(signal === undefined ? {} : { signal }),
    } as SocketConstructorOpts);
    this.connectSocket(socket, options);
    return socket;
  }

  /** Connects a socket that somebody else has made. */
  connectSocket(socket: Socket, options: ConnectOptions): void {
    connectSocket(socket, this.#route(options));
  }

  /** Connects, and resolves with the connected socket. Rejects with the errors of {@link VirtualNetwork.connect}. */
  async dial(options: ConnectOptions): Promise<Socket> {
    const socket = this.connect(options);
    await once(socket, 'connect');
    return socket;
  }

  /** A datagram socket on this network. */
  datagram({ from = this.source }: { readonly from?: Source | undefined } = {}): DatagramSocket {
    const port = from.port ?? this.#ephemeralPort();
    return new DatagramSocket({ routes: this.#routes, from: { ...from, port } });
  }

  /** The virtual addresses of a name, as seen by `from`. */
  resolve(name: string, { from = this.source, family = 0 }: Partial<ConnectOptions> = {}): Promise<readonly string[]> {
    return lookupAddresses(this.#resolver, name, { from, family });
  }

  /** `dns.lookup` over this network. Its answers are virtual: of use only to what connects through this network. */
  readonly lookup: LookupFunction = (hostname, options, callback) =>
    answerLookup(this.resolve(hostname, { family: familyOption(options.family) }), options, callback);

  /** An `http.Agent` on this network. */
  httpAgent(options?: NetworkAgentOptions): HttpAgent {
    return httpAgent(this, options);
  }

  /** An `https.Agent` on this network. */
  httpsAgent(options?: NetworkAgentOptions): HttpsAgent {
    return httpsAgent(this, options);
  }

  /** An undici dispatcher on this network, for `fetch(url, { dispatcher })`. It keeps connections alive. */
  dispatcher(options?: NetworkDispatcherOptions): Promise<Dispatcher> {
    return networkDispatcher(this, options);
  }

  /** The process's `fetch` on this network; each call has a connection of its own. */
  fetch(url: string | URL | Request, options?: NetworkFetchOptions): Promise<Response> {
    return networkFetch(this, url, options);
  }

  /** Opens a real port of this machine that leads to a virtual address: a free one of 127.0.0.1 unless given. */
  forward(to: VirtualAddress, options: ForwarderOptions = {}): Promise<Forwarder> {
    if (to.protocol === 'udp') return startUdpForwarder({ ...options, network: this, to, clock: this.clock });
    return startTcpForwarder({ ...options, onward: (client, from) => this.#onward(client, to, from) });
  }

  /**
   * Lets everything in this process reach the network until the result is disposed: whatever connects by `node:net`,
   * looks names up by `node:dns` or sends by `node:dgram`. Only names and addresses that the network owns are touched.
   */
  intercept(): Disposable {
    return intercept(this);
  }

  /** Forgets the resolver and who runs as whom. Bindings and connections belong to whoever made them. */
  [Symbol.dispose](): void {
    this.#resolver = undefined;
    // One that stays enabled costs every promise of the process a step, for as long as the process lives.
    this.#sources.disable();
  }

  #ownsName(name: string): boolean {
    if (this.source.pod !== undefined) return !isLocalhost(name);
    return this.#resolver?.owns?.(name) ?? isClusterName(name);
  }

  #route({ host, port, from = this.source, family = 0 }: ConnectOptions): SocketRoute {
    const isAddress = isIP(host) !== 0;
    return {
      host,
      port,
      addresses: isAddress ? [canonicalIp(host)] : lookupAddresses(this.#resolver, host, { from, family }),
      clock: this.clock,
      timeoutMs: this.#dropTimeoutMs,
      candidates: (ip): CandidateSource => routeCandidates(this.#routes, { protocol: 'tcp', ip, port, from }),
      opened: (opened, to) => {
        this.#remember(opened, opened.localPort, from);
        this.#servers.get(to.port)?.entered(opened);
      },
    };
  }

  /**
   * Leads an accepted socket on. A server of this process gets the very socket, as translation of addresses would have
   * it, which spares two sockets and every copy; to anything else another socket is connected, and returned.
   */
  #onward(client: Socket, { ip, port }: VirtualAddress, from: Source): Socket | undefined {
    const route = this.#route({ host: ip, port, from });
    const candidates = route.candidates(canonicalIp(ip));
    const first = candidates.next();
    const server = first.done ? undefined : this.#servers.get(first.value.address.port);
    if (!first.done && server?.takes) {
      this.#remember(client, client.remotePort, from);
      first.value.connected(client, 'server');
      candidates.return('drop');
      server.take(client);
      return undefined;
    }
    const backend = new Socket({ allowHalfOpen: true, noDelay: true } as SocketConstructorOpts);
    connectSocket(backend, { ...route, candidates: () => resumeCandidates(first, candidates) });
    return backend;
  }

  /** Takes note of who is behind a real port for as long as the socket lives. */
  #remember(socket: Socket, port: number | undefined, from: Source): void {
    if (port === undefined || from === OUTSIDE) return;
    this.#peers.set(port, from);
    socket.once('close', () => {
      if (this.#peers.get(port) === from) this.#peers.delete(port);
    });
  }

  #ephemeralPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : port + 1;
    return port;
  }
}
