/** Leads a socket that is not yet connected through the candidates until one takes it. */
import { isIP, type NetConnectOpts, Socket } from 'node:net';
import type { Clock, Timer } from './clock.ts';
import { connectionTimedOut } from './network-error.ts';
import type { Candidate, CandidateSource } from './route-candidates.ts';
import type { RealAddress } from './virtual-address.ts';

/** How a socket finds its way. */
export interface SocketRoute {
  readonly host: string;
  readonly port: number;
  /** The addresses of the host: at once for an IP. */
  readonly addresses: readonly string[] | Promise<readonly string[]>;
  readonly clock: Clock;
  /** How long silence lasts before the connection fails with ETIMEDOUT. */
  readonly timeoutMs: number;
  candidates(ip: string): CandidateSource;
  /** Called in the turn in which the system has chosen the socket's local port, before the peer can know of it. */
  opened(socket: Socket, to: RealAddress): void;
}

/** The parts of a socket that Node keeps to itself: a connection attempt that failed is undone through them. */
interface SocketInternals {
  _handle: { close(): void } | null;
  _undestroy?: () => void;
  _peername?: { address: string; family: string; port: number };
  connecting: boolean;
  encrypted?: boolean;
}

/** As it was before anybody replaced it: an interception leads here, and must not be led back. */
const systemConnect = Socket.prototype.connect as (this: Socket, options: NetConnectOpts) => Socket;

/**
 * Connects the socket, which counts as connecting from now on: it takes writes, timeouts and `destroy` as any other.
 * Candidates that do not answer are passed over without a trace; the last error is what the caller sees.
 */
export function connectSocket(socket: Socket, route: SocketRoute): void {
  new Attempt(socket, route).start();
}

class Attempt {
  readonly #socket: Socket;
  readonly #internals: SocketInternals;
  readonly #route: SocketRoute;
  #ip: string;
  #addresses: readonly string[] = [];
  #candidates: CandidateSource | undefined;
  #candidate: Candidate | undefined;
  #timer: Timer | undefined;

  constructor(socket: Socket, route: SocketRoute) {
    this.#socket = socket;
    this.#internals = socket as unknown as SocketInternals;
    this.#route = route;
    this.#ip = route.host;
  }

  start(): void {
    // A socket may be connected again after it was destroyed.
    if (this.#socket.destroyed) this.#internals._undestroy?.();
    this.#internals.connecting = true;
    // Node begins each attempt by resetting the stream, which would forget that the caller has already ended it.
    this.#internals._undestroy = () => {};
    this.#socket.prependOnceListener('connect', this.#connected);
    this.#socket.once('close', this.#closed);
    const { addresses } = this.#route;
    if (addresses instanceof Promise) {
      addresses.then(
        (found) => this.#begin(found),
        (error: Error) => this.#socket.destroy(error),
      );
    } else {
      process.nextTick(() => this.#begin(addresses));
    }
  }

  #begin(addresses: readonly string[]): void {
    if (this.#socket.destroyed) return;
    this.#takeOverDestroy();
    this.#addresses = addresses;
    this.#nextAddress();
  }

  /** A failed attempt ends in `destroy(error)`; while others may follow, it must not reach the stream. */
  #takeOverDestroy(): void {
    // A TLS socket's handle cannot be replaced, so such a socket has one attempt.
    if (this.#internals.encrypted) return;
    this.#socket.destroy = (error?: NodeJS.ErrnoException) => {
      if (error?.syscall === 'connect' && this.#candidate !== undefined) return this.#failed(error);
      this.#giveBack();
      return this.#socket.destroy(error);
    };
  }

  #giveBack(): void {
    this.#candidate = undefined;
    Reflect.deleteProperty(this.#socket, 'destroy');
    Reflect.deleteProperty(this.#socket, '_undestroy');
  }

  #nextAddress(): void {
    const [ip, ...rest] = this.#addresses;
    this.#addresses = rest;
    this.#ip = ip ?? this.#ip;
    this.#candidates = this.#route.candidates(this.#ip);
    this.#nextCandidate();
  }

  #nextCandidate(error?: NodeJS.ErrnoException): void {
    const step = this.#candidates?.next(error);
    if (step === undefined) return;
    if (!step.done) this.#try(step.value);
    else if (step.value === 'drop') this.#hang();
    else this.#end(step.value);
  }

  #hang(): void {
    this.#candidate = undefined;
    this.#timer = this.#route.clock.schedule(this.#route.timeoutMs, () => this.#end(this.#timedOut()));
  }

  #try(candidate: Candidate): void {
    this.#candidate = candidate;
    if (candidate.timeoutMs !== undefined) {
      const { timeoutMs } = candidate;
      this.#timer = this.#route.clock.schedule(timeoutMs, () => void this.#failed(this.#timedOut()));
    }
    systemConnect.call(this.#socket, { ...candidate.address, family: isIP(candidate.address.host) });
    process.nextTick(() => this.#route.opened(this.#socket, candidate.address));
  }

  #timedOut(): NodeJS.ErrnoException {
    return connectionTimedOut({ ip: this.#ip, port: this.#route.port });
  }

  #failed(error: NodeJS.ErrnoException): Socket {
    this.#timer?.cancel();
    this.#internals._handle?.close();
    this.#internals._handle = null;
    this.#internals.connecting = true;
    process.nextTick(() => {
      if (!this.#socket.destroyed) this.#nextCandidate(error);
    });
    return this.#socket;
  }

  #end(error: NodeJS.ErrnoException): void {
    this.#candidates = undefined;
    if (this.#addresses.length > 0) {
      this.#nextAddress();
    } else {
      this.#giveBack();
      this.#socket.destroy(error);
    }
  }

  readonly #connected = (): void => {
    this.#timer?.cancel();
    const candidate = this.#candidate;
    this.#giveBack();
    this.#internals._peername = {
      address: this.#ip,
      port: this.#route.port,
      family: this.#ip.includes(':') ? 'IPv6' : 'IPv4',
    };
    candidate?.connected(this.#socket, 'caller');
    this.#candidates?.return('drop');
    this.#candidates = undefined;
  };

  readonly #closed = (): void => {
    this.#timer?.cancel();
    this.#giveBack();
    this.#candidates?.return('drop');
    this.#candidates = undefined;
  };
}
