/** `http.Agent` and `https.Agent` that connect through the virtual network. */
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Dialer } from './dialer.ts';
import type { Source } from './virtual-address.ts';

/** Options of an agent: those of Node's own, and who connects. */
export interface NetworkAgentOptions extends AgentOptions {
  /** Who connects. An agent pools connections, so it serves one source. */
  readonly from?: Source | undefined;
}

/** What Node calls for each new connection of an agent; `@types/node` leaves it out. */
interface ConnectionFactory {
  createConnection(
    options: ClientRequestArgs & ConnectionOptions,
    callback: (error: Error | null, stream?: Duplex) => void,
  ): Duplex | undefined;
}

/** An agent for plain HTTP. */
export function httpAgent(network: Dialer, { from, ...options }: NetworkAgentOptions = {}): HttpAgent {
  const agent = new HttpAgent(options);
  (agent as unknown as ConnectionFactory).createConnection = ({ host, port, signal }) =>
    network.connect({ host: host ?? 'localhost', port: Number(port ?? 80), from, signal });
  return agent;
}

/** An agent for HTTPS. TLS options of a request, such as `ca` and `servername`, apply as usual. */
export function httpsAgent(network: Dialer, { from, ...options }: NetworkAgentOptions = {}): HttpsAgent {
  const agent = new HttpsAgent(options);
  (agent as unknown as ConnectionFactory).createConnection = (request, callback) => {
    const { host, port, signal } = request;
    network.dial({ host: host ?? 'localhost', port: Number(port ?? 443), from, signal }).then(
      (socket) => callback(null, connectTls({ ...request, socket })),
      (error: Error) => callback(error),
    );
    return undefined;
  };
  return agent;
}
