/** The part of an interception that concerns UDP: sockets that send to a network receive its replies too. */
import type dgramModule from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { DatagramSocket } from './datagram-socket.ts';
import type { InterceptedNetwork, OwnerOf } from './intercepted-network.ts';
import type { AnyFunction, Patch } from './replace-method.ts';
import type { VirtualAddress } from './virtual-address.ts';

type SendCallback = (error: Error | null, bytes?: number) => void;

interface Destination {
  readonly network: InterceptedNetwork;
  readonly host: string;
  readonly port: number;
}

interface SendCall {
  readonly message: Buffer;
  readonly port: unknown;
  readonly address: unknown;
  readonly callback: SendCallback | undefined;
}

/** The virtual side of each intercepted socket, for each network that it has sent to. */
const virtualSides = new WeakMap<Socket, Map<InterceptedNetwork, DatagramSocket>>();
/** Where sockets that are connected into a network send to. */
const connections = new WeakMap<Socket, Destination>();

/** Datagrams to hosts of a network are led there. */
export function dgramPatches(dgram: typeof dgramModule, ownerOf: OwnerOf): Patch[] {
  const target = dgram.Socket.prototype;
  return [
    { target, name: 'send', wrap: (original) => wrapSend(original, ownerOf) },
    { target, name: 'connect', wrap: (original) => wrapConnect(original, ownerOf) },
    { target, name: 'disconnect', wrap: wrapDisconnect },
    { target, name: 'remoteAddress', wrap: wrapRemoteAddress },
  ];
}

function wrapSend(original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return function send(this: Socket, ...args: unknown[]): void {
    const { message, port, address, callback } = sendCall(args);
    const network = ownerOf(address);
    const connected = connections.get(this);
    const to = network === undefined ? connected : { network, host: String(address), port: Number(port) };
    if (to === undefined || (connected !== undefined && network !== undefined)) return original.apply(this, args);
    sendVirtual(this, to, message).then(
      () => callback?.(null, message.length),
      (error: Error) => {
        if (callback !== undefined) callback(error);
        // Only a connected socket hears of ICMP errors.
        else if (connected !== undefined) this.emit('error', error);
      },
    );
  };
}

function wrapConnect(original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return function connect(this: Socket, port: number, address?: unknown, callback?: unknown): unknown {
    const network = ownerOf(address);
    if (network === undefined) return original.call(this, port, address, callback);
    if (typeof callback === 'function') this.once('connect', callback as () => void);
    connections.set(this, { network, host: String(address), port });
    process.nextTick(() => this.emit('connect'));
    return undefined;
  };
}

function wrapDisconnect(original: AnyFunction): AnyFunction {
  return function disconnect(this: Socket): void {
    if (!connections.delete(this)) original.call(this);
  };
}

function wrapRemoteAddress(original: AnyFunction): AnyFunction {
  return function remoteAddress(this: Socket): unknown {
    const to = connections.get(this);
    if (to === undefined) return original.call(this);
    return { address: to.host, port: to.port, family: to.host.includes(':') ? 'IPv6' : 'IPv4' };
  };
}

async function sendVirtual(socket: Socket, { network, host, port }: Destination, message: Buffer): Promise<void> {
  const ip = isIP(host) ? host : (await network.resolve(host))[0];
  await virtualSide(socket, network).send(message, { ip: ip ?? host, port });
}

function virtualSide(socket: Socket, network: InterceptedNetwork): DatagramSocket {
  const sides = virtualSides.get(socket) ?? new Map<InterceptedNetwork, DatagramSocket>();
  virtualSides.set(socket, sides);
  const known = sides.get(network);
  if (known !== undefined) return known;
  bindAsSendWould(socket);
  const side = network.datagram();
  sides.set(network, side);
  side.on('message', (data: Buffer, { ip, port }: VirtualAddress) => {
    const family = ip.includes(':') ? 'IPv6' : 'IPv4';
    socket.emit('message', data, { address: ip, port, family, size: data.length });
  });
  socket.once('close', () => side.close());
  return side;
}

/** A socket that sends is bound by it, and then keeps the process alive and has an address. */
function bindAsSendWould(socket: Socket): void {
  try {
    socket.address();
  } catch {
    try {
      socket.bind({ port: 0, exclusive: true });
    } catch {
      // It is being bound already.
    }
  }
}

/** The forms of the call: with or without offset and length, with or without an address. */
function sendCall(args: readonly unknown[]): SendCall {
  const callback = args.findLast((argument) => typeof argument === 'function') as SendCallback | undefined;
  const [first, ...rest] = args.filter((argument) => typeof argument !== 'function');
  const numbers = rest.filter((argument) => typeof argument === 'number');
  const address = rest.find((argument) => typeof argument === 'string' && Number.isNaN(Number(argument)));
  const hasSlice = numbers.length >= 3 || (numbers.length === 2 && address === undefined);
  const [offset = 0, length] = hasSlice ? (numbers as number[]) : [];
  const whole = messageBytes(first);
  const message = length === undefined ? whole : whole.subarray(offset, offset + length);
  return { message, port: rest[hasSlice ? 2 : 0], address, callback };
}

function messageBytes(message: unknown): Buffer {
  if (Array.isArray(message)) return Buffer.concat(message.map(messageBytes));
  if (typeof message === 'string') return Buffer.from(message);
  const view = message as NodeJS.ArrayBufferView;
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
