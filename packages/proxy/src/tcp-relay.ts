/** TCP connections to a Service port: endpoints are tried in turn until one takes the connection. */
import type { Socket } from 'node:net';
import type { Hop, Journey, Rejection, RouteRequest, SocketEnd, TcpRouter } from '@towtank/network';
import type { Choice } from './choose-endpoints.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Frontend } from './service-info.ts';
import type { ServicePort } from './service-port.ts';

/** How long each attempt may take towards an endpoint outside this machine; further attempts take as long as the last. */
const DIAL_TIMEOUTS_MS = [250, 500, 1000];
const LAST_TIMEOUT_MS = 2000;
const MIN_ATTEMPTS = 4;

/** The router of one frontend. `refresh` is called first, to bring pending changes of endpoints into effect. */
export function tcpRouter(port: ServicePort, frontend: Frontend, refresh: () => void): TcpRouter {
  return {
    connect(request): Journey | Rejection {
      refresh();
      const connection = port.open(frontend, request);
      const verdict = port.decide(frontend, request);
      if (verdict === 'drop' || (verdict === 'refuse' && port.context.dead === undefined)) {
        port.reject(connection, verdict === 'drop' ? 'dropped' : 'refused');
        return verdict;
      }
      return new EndpointJourney(port, connection, { request, choice: verdict === 'refuse' ? undefined : verdict });
    },
  };
}

class EndpointJourney implements Journey {
  readonly #port: ServicePort;
  readonly #connection: Connection;
  readonly #request: RouteRequest;
  readonly #choice: Choice | undefined;
  readonly #tried = new Set<string>();
  /** As they were when the choice was made. */
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  #endpoint: Endpoint | undefined;
  #isDead = false;

  constructor(
    port: ServicePort,
    connection: Connection,
    { request, choice }: { request: RouteRequest; choice: Choice | undefined },
  ) {
    this.#port = port;
    this.#connection = connection;
    this.#request = request;
    this.#choice = choice;
    this.#endpoints = port.endpoints;
  }

  /** At least four attempts, as the classic proxy makes, and at least one for each endpoint. */
  next(): Hop | undefined {
    const { attempts } = this.#connection;
    const limit = Math.max(MIN_ATTEMPTS, this.#choice?.endpoints.length ?? 0);
    this.#endpoint = attempts < limit ? this.#pick() : undefined;
    if (this.#endpoint === undefined) return this.#lastResort();
    this.#connection.attempts += 1;
    const { ip, port, key } = this.#endpoint;
    this.#tried.add(key);
    if (this.#port.context.network.isBound({ ip, port })) return { ip, port };
    return { ip, port, timeoutMs: DIAL_TIMEOUTS_MS[attempts] ?? LAST_TIMEOUT_MS };
  }

  connected(socket: Socket, end: SocketEnd): void {
    const { clock, connections } = this.#port.context;
    const connection = this.#connection;
    if (this.#endpoint === undefined) {
      this.#port.reject(connection, 'failed');
      return;
    }
    connection.established(this.#endpoint, new SocketBytes(socket, end));
    connections.note({ type: 'opened', connection });
    socket.once('close', () => {
      connection.ended(isReset(socket, end) ? 'reset' : 'closed', clock.now());
      connections.note({ type: 'closed', connection });
    });
  }

  failed(): void {
    this.#port.reject(this.#connection, 'failed');
  }

  #pick(): Endpoint | undefined {
    if (this.#choice === undefined) return undefined;
    const key = this.#port.balancer.pick({ choice: this.#choice, client: this.#request.from.ip, tried: this.#tried });
    return key === undefined ? undefined : this.#endpoints.get(key);
  }

  #lastResort(): Hop | undefined {
    if (this.#isDead) return undefined;
    this.#isDead = true;
    return this.#port.context.dead;
  }
}

/**
 * Clients destroy sockets with errors of their own when they are done with them; only the system's tell of a reset. A
 * server's socket that the server itself resets has no error; it has this mark instead, which Node does not declare.
 */
function isReset(socket: Socket, end: SocketEnd): boolean {
  const { errored, resetAndClosing } = socket as Socket & { readonly resetAndClosing?: boolean };
  if (errored !== null && 'code' in errored) return errored.code === 'ECONNRESET' || errored.code === 'EPIPE';
  return end === 'server' && resetAndClosing !== undefined;
}

class SocketBytes {
  readonly #socket: Socket;
  readonly #end: SocketEnd;

  constructor(socket: Socket, end: SocketEnd) {
    this.#socket = socket;
    this.#end = end;
  }

  get sent(): number {
    return this.#end === 'caller' ? this.#socket.bytesWritten : this.#socket.bytesRead;
  }

  get received(): number {
    return this.#end === 'caller' ? this.#socket.bytesRead : this.#socket.bytesWritten;
  }
}
