/** The HTTP server in front of a recording or a replay, which knows its connections and what is under way on them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Who serves the exchanges. A rejection resets the connection of its client. */
export interface ExchangeHandlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
}

/** Serves exchanges until it is closed. */
export class ExchangeServer {
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #exchanges = new Set<Promise<void>>();

  constructor({ request, upgrade }: ExchangeHandlers) {
    // Uploads and watches may take as long as they like.
    this.#server = createServer({ requestTimeout: 0 }, (incoming, response) =>
      this.#track(request(incoming, response), () => response.destroy()),
    );
    this.#server.on('upgrade', (incoming, socket, head) =>
      this.#track(upgrade(incoming, socket, head), () => socket.destroy()),
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Answers the origin, such as `http://127.0.0.1:8080`. Rejects when the port is taken. */
  async listen(host: string, port: number): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const { port: bound } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  /** Ends all connections at once, and resolves when what was under way on them has ended too. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await Promise.allSettled(this.#exchanges);
  }

  #track(exchange: Promise<void>, failed: () => void): void {
    const tracked = exchange.catch(failed).finally(() => this.#exchanges.delete(tracked));
    this.#exchanges.add(tracked);
  }
}
