/** The part of an interception that concerns TCP: every connection of Node passes `Socket.prototype.connect`. */
import type netModule from 'node:net';
import type { Socket } from 'node:net';
import type { OwnerOf } from './intercepted-network.ts';
import type { AnyFunction, Patch } from './replace-method.ts';

interface ConnectCall {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
  readonly family?: unknown;
  readonly callback?: (() => void) | undefined;
}

/** Connections to hosts of a network are led there; also those of `http`, `tls`, `fetch` and every client library. */
export function netPatches(net: typeof netModule, ownerOf: OwnerOf): Patch[] {
  const wrap = (original: AnyFunction): AnyFunction =>
    function connect(this: Socket, ...args: unknown[]): Socket {
      const { host, port, path, family, callback } = connectCall(args);
      const network = path ? undefined : ownerOf(host);
      if (network === undefined) return original.apply(this, args);
      if (callback !== undefined) this.once('connect', callback);
      network.connectSocket(this, {
        host: String(host),
        port: Number(port),
        family: family === 4 || family === 6 ? family : 0,
      });
      return this;
    };
  return [{ target: net.Socket.prototype, name: 'connect', wrap }];
}

/** The forms of the call: options, port and host, a path, or what `net.connect` has already made of one of them. */
function connectCall(args: readonly unknown[]): ConnectCall {
  if (Array.isArray(args[0])) return connectCall(args[0]);
  const last = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined;
  const [first, second] = args;
  if (typeof first === 'object' && first !== null) return { ...(first as ConnectCall), callback: last };
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  return { port: first, host: typeof second === 'string' ? second : undefined, callback: last };
}
