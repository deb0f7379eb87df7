/** A SOCKS5 server: programs outside the process reach the virtual network through it, names included. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Dialer } from './dialer.ts';
import { relaySockets } from './relay-sockets.ts';
import { readBytes } from './socket-reader.ts';
import {
  addressLength,
  COMMAND,
  decodeAddress,
  encodeReply,
  REPLY,
  type SocksAddress,
  VERSION,
} from './socks5-protocol.ts';
import { startUdpAssociation } from './socks5-udp.ts';
import type { Source } from './virtual-address.ts';

/** Options of {@link startSocks5}. */
export interface Socks5Options {
  readonly network: Dialer;
  /** 127.0.0.1 unless given. There is no authentication: whoever reaches the port reaches the network. */
  readonly host?: string;
  /** A free port unless given. */
  readonly port?: number;
  /** Who its clients count as: a process outside the cluster unless given. */
  readonly from?: Source;
}

/** A running SOCKS5 server. */
export interface Socks5Server extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Frees the port and ends every connection. */
  close(): Promise<void>;
}

interface Request {
  readonly command: number | undefined;
  /** Nothing where the address is of an unknown type. */
  readonly address: SocksAddress | undefined;
}

const NO_AUTHENTICATION = 0;
const NO_ACCEPTABLE_METHOD = 0xff;

const REPLIES: Readonly<Record<string, number>> = {
  ECONNREFUSED: REPLY.connectionRefused,
  EHOSTUNREACH: REPLY.hostUnreachable,
  ENOTFOUND: REPLY.hostUnreachable,
  ETIMEDOUT: REPLY.ttlExpired,
};

/** Starts the server. It serves CONNECT and UDP ASSOCIATE to names and to IPs of both families. */
export async function startSocks5(options: Socks5Options): Promise<Socks5Server> {
  const { host = '127.0.0.1', port = 0 } = options;
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.on('error', () => client.destroy());
    serve(client, options).catch(() => client.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const client of clients) client.destroy();
    await closed;
  };
  return { host, port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

async function serve(client: Socket, options: Socks5Options): Promise<void> {
  if (!(await negotiate(client))) {
    dismiss(client, Buffer.from([VERSION, NO_ACCEPTABLE_METHOD]));
    return;
  }
  client.write(Buffer.from([VERSION, NO_AUTHENTICATION]));
  const { command, address } = await readRequest(client);
  if (address === undefined) dismiss(client, encodeReply(REPLY.addressTypeNotSupported));
  else if (command === COMMAND.connect) connect(client, address, options);
  else if (command === COMMAND.udpAssociate) await startUdpAssociation(client, options);
  else dismiss(client, encodeReply(REPLY.commandNotSupported));
}

/** Whatever else the client sends has to be read, or its end is never seen. */
function dismiss(client: Socket, answer: Buffer): void {
  client.end(answer);
  client.resume();
}

async function negotiate(client: Socket): Promise<boolean> {
  const [version, count = 0] = await readBytes(client, 2);
  if (version !== VERSION) throw new Error('not SOCKS5');
  return (await readBytes(client, count)).includes(NO_AUTHENTICATION);
}

async function readRequest(client: Socket): Promise<Request> {
  const head = await readBytes(client, 5);
  const length = addressLength(head, 3);
  if (length === undefined) return { command: head[1], address: undefined };
  // The head holds the first byte of the address behind its type; the port follows the address.
  const rest = await readBytes(client, 3 + length + 2 - head.length);
  return { command: head[1], address: decodeAddress(Buffer.concat([head, rest]), 3)?.address };
}

function connect(client: Socket, { host, port }: SocksAddress, { network, from }: Socks5Options): void {
  const backend = network.connect({ host, port, from, allowHalfOpen: true });
  const refuse = (error: NodeJS.ErrnoException): void => {
    dismiss(client, encodeReply(REPLIES[error.code ?? ''] ?? REPLY.generalFailure));
  };
  const giveUp = (): void => void backend.destroy();
  backend.once('error', refuse);
  client.once('close', giveUp);
  backend.once('connect', () => {
    backend.off('error', refuse);
    client.off('close', giveUp);
    client.write(encodeReply(REPLY.succeeded, { host: '127.0.0.1', port: backend.localPort ?? 0 }));
    relaySockets(client, backend);
  });
}
