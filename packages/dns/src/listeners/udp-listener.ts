/** Answers datagrams. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Reply, Responder } from './responder.ts';

/** A bound UDP socket. */
export interface UdpListener {
  readonly port: number;
  /** Resolves once the socket is closed; answers still being made are not sent. */
  close(): Promise<void>;
}

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Binds a socket and answers on it. Rejects where the address cannot be bound. */
export async function listenUdp(
  responder: Responder,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<UdpListener> {
  const type = isIPv6(host) ? 'udp6' : 'udp4';
  const family = type === 'udp6' ? 6 : 4;
  const socket = createSocket({
    type,
    // Replies go to addresses, never to names; so nothing is looked up, and sending is not put off.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const open = { value: true };
  const listening = once(socket, 'listening');
  socket.bind({ address: host, port, exclusive: true });
  await listening.catch((error) => {
    socket.close();
    throw error;
  });
  // A burst of queries may wait in the kernel while the event loop is busy.
  setReceiveBuffer(socket);
  const send = (reply: Reply, { port: clientPort, address }: RemoteInfo): void => {
    if (reply !== undefined && open.value) socket.send(reply, clientPort, address, ignoreFailure);
  };
  socket.on('error', ignoreFailure);
  socket.on('message', (packet, remote) => {
    const reply = responder.reply(packet, { transport: 'udp', address: remote.address, port: remote.port });
    if (reply instanceof Promise) void reply.then((made) => send(made, remote));
    else send(reply, remote);
  });
  const close = async (): Promise<void> => {
    if (!open.value) return;
    open.value = false;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  return { port: socket.address().port, close };
}

/** A client that has gone away is no failure of the server. */
function ignoreFailure(): void {}

function setReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // The system allows less; its default has to do.
  }
}
