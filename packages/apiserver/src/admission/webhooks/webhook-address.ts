/** Where a webhook is, and how it is reached without a packet that leaves this machine. */
import { isIP, connect as netConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { NodeConnector } from '../../connect/node-connector.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { ClientConfig } from './webhook-hooks.ts';

/** A webhook's place. */
export interface WebhookAddress {
  /** As messages show it, without the query. */
  readonly url: URL;
  /** The name that its certificate has to prove. */
  readonly serverName: string;
  /** Connects to it, or rejects with the reason in the words of the real API server. */
  connect(): Promise<Duplex>;
}

/** What addresses are found by. */
export interface AddressParts {
  readonly reader: ObjectReader;
  /** The cluster's own network. Without it only loopback addresses can be reached. */
  readonly network: Pick<NodeConnector, 'dial'> | undefined;
}

const HTTPS_PORT = 443;

/** The address of a webhook. */
export function addressOf({ service, url = '' }: ClientConfig, parts: AddressParts): WebhookAddress {
  if (service === undefined) {
    const parsed = new URL(url);
    const host = parsed.hostname.replace(/^\[|\]$/g, '');
    const port = Number(parsed.port || HTTPS_PORT);
    return { url: parsed, serverName: host, connect: () => connectTo(host, port, parts) };
  }
  const { namespace, name, path = '/', port = HTTPS_PORT } = service;
  const serverName = `${name}.${namespace}.svc`;
  const shown = new URL(`https://${serverName}`);
  shown.pathname = path;
  shown.port = String(port);
  return {
    url: shown,
    serverName,
    async connect() {
      return await connectTo(hostOf(parts.reader.get('services', name, namespace), name, port), port, parts);
    },
  };
}

/** Where the proxy of the cluster answers for a Service. */
function hostOf(service: ReturnType<ObjectReader['get']>, name: string, port: number): string {
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { type, clusterIP, externalName, ports = [] } = service.spec ?? {};
  if (type === 'ExternalName') return externalName ?? '';
  if (clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
  if (!ports.some((one: { port?: number }) => one.port === port))
    throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  return clusterIP;
}

/** Loopback is dialled as it is; everything else is the cluster's, or nobody's. */
async function connectTo(host: string, port: number, { network }: AddressParts): Promise<Duplex> {
  const shown = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  try {
    if (isLoopback(host)) return await connectLoopback(host, port);
    if (network === undefined) throw new Error('no network of a cluster is attached to this API server');
    return await network.dial({ host, port });
  } catch (cause) {
    throw new Error(dialFailure(shown, host, cause as NodeJS.ErrnoException), { cause });
  }
}

const isLoopback = (host: string): boolean =>
  /^localhost$/i.test(host) || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';

function connectLoopback(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({ host: /^localhost$/i.test(host) ? '127.0.0.1' : host, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function dialFailure(shown: string, host: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${shown}: connect: connection refused`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `dial tcp ${shown}: connect: no route to host`;
    case 'ETIMEDOUT':
      return `dial tcp ${shown}: i/o timeout`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${host}: no such host`;
    default:
      return `dial tcp ${shown}: ${message}`;
  }
}
