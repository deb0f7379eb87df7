/** Which connections are on their way to a server: connected for their clients, but not yet accepted. */
import type { Server, Socket } from 'node:net';

/**
 * Follows the connections to one server. The system takes connections in before the server accepts them, one by one in
 * each turn of the event loop, and resets those that still wait when the server closes.
 */
export class AcceptQueue {
  readonly #waiting = new Set<number>();
  #emptied: (() => void)[] = [];

  constructor(server: Server) {
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

  #left(port: number | undefined): void {
    if (port === undefined || !this.#waiting.delete(port) || this.#waiting.size > 0) return;
    for (const resolve of this.#emptied) resolve();
    this.#emptied = [];
  }
}
