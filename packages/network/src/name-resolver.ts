/** Names on the virtual network: who resolves them, and a `dns.lookup` over it. */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { nameNotFound } from './network-error.ts';
import type { Source } from './virtual-address.ts';

/** What a name is asked for. */
export interface LookupRequest {
  /** Who asks: search domains and DNS policy are the caller's. */
  readonly from: Source;
  /** 4 or 6 restricts the answer to that family; 0 takes both, IPv4 first. */
  readonly family: 0 | 4 | 6;
}

/** Resolves names for everything that connects by name. */
export interface NameResolver {
  /**
   * Whether the name is the cluster's to answer; a process-wide interception leaves all others to the machine. Called
   * for every connection of the process, so it must be quick. By default: names under `cluster.local` and `svc`.
   */
  owns?(name: string): boolean;
  /** The addresses of a name, best first. Rejects, or answers none, where there are none. */
  lookup(name: string, request: LookupRequest): Promise<readonly string[]>;
  /** The records of a name in the form of `dns.resolve(name, type)`. Rejects as that does. */
  resolve?(name: string, type: string, request: LookupRequest): Promise<unknown>;
}

/** A function with the signature of `dns.lookup`. */
export type LookupFunction = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

/** Whether a name looks like a cluster's: under `cluster.local`, or ending in `svc`. */
export function isClusterName(name: string): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return /(^|\.)(cluster\.local|svc)$/i.test(bare);
}

/** Whether a name is this machine's own, which no DNS is asked for. */
export const isLocalhost = (name: string): boolean => /^(.+\.)?localhost\.?$/i.test(name);

/** Addresses of a name or IP literal; rejects with ENOTFOUND where there are none of the family. */
export async function lookupAddresses(
  resolver: NameResolver | undefined,
  name: string,
  request: LookupRequest,
): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  if (isLocalhost(name)) return ['127.0.0.1'];
  const addresses = (await resolver?.lookup(name, request)) ?? [];
  const wanted = request.family === 0 ? addresses : addresses.filter((address) => isIP(address) === request.family);
  if (wanted.length === 0) throw nameNotFound(name);
  return wanted;
}

/** Answers as `dns.lookup` does: one address, or all of them with `all: true`. */
export function answerLookup(
  pending: Promise<readonly string[]>,
  options: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void {
  pending.then(
    (addresses) => {
      const answers = addresses.map((address) => ({ address, family: isIP(address) }));
      if (options.all) callback(null, answers);
      else callback(null, answers[0]?.address ?? '', answers[0]?.family);
    },
    (error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''),
  );
}

/** The family that lookup options ask for. */
export function familyOption(family: LookupOptions['family']): 0 | 4 | 6 {
  if (family === 4 || family === 'IPv4') return 4;
  return family === 6 || family === 'IPv6' ? 6 : 0;
}
