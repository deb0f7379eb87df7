/** Process-wide interception: any library reaches the networks that intercept, and nothing else changes. */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { dgramPatches } from './intercept-dgram.ts';
import { dnsPatches } from './intercept-dns.ts';
import { netPatches } from './intercept-net.ts';
import type { InterceptedNetwork, OwnerOf } from './intercepted-network.ts';
import { type Patch, type Restore, replaceMethod } from './replace-method.ts';

/**
 * The networks that intercept, the newest last. It belongs to the process, as the functions that are replaced do; two
 * networks that own the same name are asked newest first.
 */
const intercepting: { readonly network: InterceptedNetwork }[] = [];
let restores: Restore[] = [];

/** Begins to intercept for a network. The last interception to end restores every function. */
export function intercept(network: InterceptedNetwork): Disposable {
  if (intercepting.length === 0) install();
  const entry = { network };
  intercepting.push(entry);
  return {
    [Symbol.dispose]: () => {
      const index = intercepting.indexOf(entry);
      if (index === -1) return;
      intercepting.splice(index, 1);
      if (intercepting.length === 0) uninstall();
    },
  };
}

const ownerOf: OwnerOf = (host) =>
  typeof host === 'string' && host !== ''
    ? intercepting.findLast(({ network }) => network.owns(host))?.network
    : undefined;

function install(): void {
  const patches: Patch[] = [...netPatches(net, ownerOf), ...dnsPatches(dns, ownerOf), ...dgramPatches(dgram, ownerOf)];
  restores = patches.map(replaceMethod);
  syncBuiltinESMExports();
}

function uninstall(): void {
  for (const restore of restores.reverse()) restore();
  restores = [];
  syncBuiltinESMExports();
}
