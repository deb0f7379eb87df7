/** An undici dispatcher that connects through the virtual network, for `fetch` and whatever else undici does. */
import { connect as connectTls } from 'node:tls';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import type { Dialer } from './dialer.ts';
import type { Source } from './virtual-address.ts';

/** Options of a dispatcher: those of undici's Agent, and who connects. */
export interface NetworkDispatcherOptions extends Omit<Agent.Options, 'connect' | 'factory'> {
  /** Who connects. A dispatcher pools connections, so it serves one source. */
  readonly from?: Source | undefined;
  /** TLS options for `https:` origins, such as `ca` or `rejectUnauthorized`. */
  readonly tlsOptions?: { readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean };
}

/**
 * A dispatcher on the network. undici is loaded by the first call only: it costs more than a whole cluster does.
 */
export async function networkDispatcher(
  network: Dialer,
  { from, tlsOptions = {}, ...options }: NetworkDispatcherOptions = {},
): Promise<Dispatcher> {
  const undici = await import('undici');
  const connect: buildConnector.connector = ({ hostname, port, protocol, servername }, callback) => {
    const secure = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    network.dial({ host, port: Number(port || (secure ? 443 : 80)), from }).then(
      (socket) => {
        if (!secure) return callback(null, socket);
        const encrypted = connectTls({
          ...tlsOptions,
          socket,
          servername: servername ?? hostname,
          ALPNProtocols: ['http/1.1'],
        });
        encrypted.once('error', (error) => callback(error, null));
        encrypted.once('secureConnect', () => callback(null, encrypted));
      },
      (error: Error) => callback(error, null),
    );
  };
  return new undici.Agent({ ...options, connect });
}

/** Options of a fetch on the network. */
export interface NetworkFetchOptions extends RequestInit {
  /** Who fetches. */
  readonly from?: Source | undefined;
}

/**
 * The process's `fetch`, through the network. Every call makes a connection of its own, so that a Service balances call
 * by call; to keep connections alive pass a dispatcher to `fetch` instead.
 */
export async function networkFetch(
  network: Dialer,
  url: string | URL | Request,
  { from, ...init }: NetworkFetchOptions = {},
): Promise<Response> {
  const dispatcher = await networkDispatcher(network, { from, pipelining: 0 });
  return await fetch(url, { dispatcher, ...init } as RequestInit);
}
