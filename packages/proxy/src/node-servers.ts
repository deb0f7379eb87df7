/** A small HTTP server on the same port of every node. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Activity } from '@towtank/apimachinery';
import { type Binding, formatAddress, type VirtualNetwork } from '@towtank/network';
import type { NodeAddress } from './service-info.ts';

/** Options of {@link NodeServers}. */
export interface NodeServersOptions {
  readonly network: VirtualNetwork;
  readonly activity: Activity;
  /** Answers for a node; without a name, for the place where the proxy stands. */
  readonly answer: (nodeName: string | undefined, path: string) => NodeAnswer;
}

/** A JSON answer. */
export interface NodeAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface NodeServer {
  readonly server: Server;
  readonly started: Promise<Binding | undefined>;
}

/** Answers every path on one port of each address. An address that is taken is left to whoever has it. */
export class NodeServers {
  readonly #options: NodeServersOptions;
  readonly #servers = new Map<string, NodeServer>();

  constructor(options: NodeServersOptions) {
    this.#options = options;
  }

  /** Serves on this port of these addresses, and nowhere else; nowhere at all without a port. */
  set(port: number | undefined, addresses: readonly NodeAddress[]): void {
    const wanted = new Map(port ? addresses.map((address) => [formatAddress(address.ip, port), address]) : []);
    for (const key of this.#servers.keys()) if (!wanted.has(key)) void this.#stop(key);
    for (const [key, { ip, nodeName }] of wanted)
      if (!this.#servers.has(key)) this.#servers.set(key, this.#start({ ip, port: port ?? 0 }, nodeName));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((key) => this.#stop(key)));
  }

  #start(address: { ip: string; port: number }, nodeName: string | undefined): NodeServer {
    const { network, activity } = this.#options;
    const server = createServer(this.#listener(nodeName));
    const started = network.isBound(address)
      ? Promise.resolve(undefined)
      : activity.track('proxy: health checks', network.listen(address, server));
    return { server, started: started.catch(() => undefined) };
  }

  #listener(nodeName: string | undefined): RequestListener {
    const { answer } = this.#options;
    return ({ url = '/' }, response) => {
      const { status, body, headers } = answer(nodeName, url);
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        ...headers,
      });
      response.end(`${JSON.stringify(body)}\n`);
    };
  }

  async #stop(key: string): Promise<void> {
    const stopping = this.#servers.get(key);
    this.#servers.delete(key);
    (await stopping?.started)?.close();
    stopping?.server.close();
    stopping?.server.closeAllConnections();
  }
}
