/** UDP ASSOCIATE of SOCKS5: a real UDP port that wraps and unwraps datagrams of the network. */
import { createSocket, type Socket as DgramSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { DatagramSocket } from './datagram-socket.ts';
import type { Dialer } from './dialer.ts';
import { decodeAddress, encodeAddress, encodeReply, REPLY } from './socks5-protocol.ts';
import { formatAddress, type Source } from './virtual-address.ts';

/** RSV, RSV, FRAG. */
const HEADER_LENGTH = 3;

/** Opens an association and tells the client of it; it lasts as long as the client's TCP connection. */
export async function startUdpAssociation(
  client: Socket,
  options: { readonly network: Dialer; readonly from?: Source },
): Promise<void> {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const association = new Association(server, options);
  server.on('message', (data, remote) => association.receive(data, remote));
  client.once('close', () => association.close());
  client.once('end', () => client.end());
  client.resume();
  if (client.destroyed) association.close();
  else client.write(encodeReply(REPLY.succeeded, { host: '127.0.0.1', port: server.address().port }));
}

class Association {
  readonly #server: DgramSocket;
  readonly #network: Dialer;
  readonly #from: Source | undefined;
  readonly #sockets = new Map<string, DatagramSocket>();
  #isClosed = false;

  constructor(server: DgramSocket, { network, from }: { readonly network: Dialer; readonly from?: Source }) {
    this.#server = server;
    this.#network = network;
    this.#from = from;
  }

  /** A datagram that makes no sense, is a fragment, or cannot be delivered, is lost. */
  receive(data: Buffer, remote: RemoteInfo): void {
    const decoded = data[2] === 0 ? decodeAddress(data, HEADER_LENGTH) : undefined;
    if (decoded === undefined) return;
    const { host, port } = decoded.address;
    this.#send(data.subarray(decoded.end), { host, port }, remote).catch(() => {});
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const socket of this.#sockets.values()) socket.close();
    this.#server.close();
  }

  async #send(data: Buffer, { host, port }: { host: string; port: number }, remote: RemoteInfo): Promise<void> {
    const ip = isIP(host) ? host : (await this.#network.resolve(host, { from: this.#from }))[0];
    if (ip !== undefined && !this.#isClosed) await this.#socket(remote).send(data, { ip, port });
  }

  #socket(remote: RemoteInfo): DatagramSocket {
    const key = formatAddress(remote.address, remote.port);
    const known = this.#sockets.get(key);
    if (known !== undefined) return known;
    const socket = this.#network.datagram({ from: this.#from });
    socket.on('message', (data, { ip, port }) => {
      const header = Buffer.concat([Buffer.alloc(HEADER_LENGTH), encodeAddress({ host: ip, port })]);
      this.#server.send(Buffer.concat([header, data]), remote.port, remote.address);
    });
    this.#sockets.set(key, socket);
    return socket;
  }
}
