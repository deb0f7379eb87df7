/** A server that a network has started: who is on the way to it, and connections that others have accepted for it. */
import { AsyncResource } from 'node:async_hooks';
import type { Server, Socket } from 'node:net';

/** The parts of a server that Node does not declare: how the sockets that it accepts are made. */
interface ServerInternals {
  readonly allowHalfOpen: boolean;
  readonly pauseOnConnect: boolean;
  readonly maxConnections: number | null | undefined;
}

/**
 * Follows the connections to one server. The system takes connections in before the server accepts them, one by one in
 * each turn of the event loop, and resets those that still wait when the server closes.
 */
export class LocalServer {
  readonly #server: Server;
  readonly #internals: ServerInternals;
  /** Where the server was started: what it accepts runs there, whoever has accepted it. */
  readonly #scope = new AsyncResource('LocalServer');
  readonly #waiting = new Set<number>();
  #emptied: (() => void)[] = [];

  constructor(server: Server) {
    this.#server = server;
    this.#internals = server as unknown as ServerInternals;
    server.on('connection', ({ remotePort }) => this.#left(remotePort));
  }

  /** Takes note of a client's socket that connects to the server, once its local port is known. */
  entered(socket: Socket): void {
    const { localPort } = socket;
    if (localPort === undefined) return;
    this.#waiting.add(localPort);
    socket.once('close', () => this.#left(localPort));
  }

  /** Resolves when every connection of this moment has been accepted, or its client has gone away. */
  async emptied(): Promise<void> {
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  /** Whether {@link LocalServer.take} serves as well as accepting does: not where connections are limited, or begin paused. */
  get takes(): boolean {
    return this.#server.listening && !this.#internals.pauseOnConnect && (this.#internals.maxConnections ?? 0) === 0;
  }

  /** Gives the server a socket that another server of this process has accepted in this turn, as though it were its own. */
  take(socket: Socket): void {
    socket.allowHalfOpen = this.#internals.allowHalfOpen;
    this.#scope.runInAsyncScope(() => this.#server.emit('connection', socket));
  }

  #left(port: number | undefined): void {
    if (port === undefined || !this.#waiting.delete(port) || this.#waiting.size > 0) return;
    for (const resolve of this.#emptied) resolve();
    this.#emptied = [];
  }
}
