/** The part of an interception that concerns names: `dns.lookup`, `dns.resolve*` and `dns.reverse`, in all their forms. */
import type dnsModule from 'node:dns';
import type { LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import type { InterceptedNetwork, OwnerOf } from './intercepted-network.ts';
import { familyOption, type LookupFunction } from './name-resolver.ts';
import { nameNotFound } from './network-error.ts';
import type { AnyFunction, Patch } from './replace-method.ts';
import { reverseName } from './reverse-name.ts';

type Callback = (error: Error | null, result?: unknown) => void;

/** The record type behind each `resolve` function with a type of its own. */
const TYPES: Readonly<Record<string, string>> = {
  resolve4: 'A',
  resolve6: 'AAAA',
  resolveAny: 'ANY',
  resolveCaa: 'CAA',
  resolveCname: 'CNAME',
  resolveMx: 'MX',
  resolveNaptr: 'NAPTR',
  resolveNs: 'NS',
  resolvePtr: 'PTR',
  resolveSoa: 'SOA',
  resolveSrv: 'SRV',
  resolveTxt: 'TXT',
};

/** How long answers say that they are valid: the zone's default. */
const TTL_SECONDS = 5;

/** Names of a network are answered by its resolver. */
export function dnsPatches(dns: typeof dnsModule, ownerOf: OwnerOf): Patch[] {
  const methods = ['resolve', 'reverse', ...Object.keys(TYPES)];
  const classic = [dns, dns.Resolver.prototype].flatMap((target) =>
    methods.map((name): Patch => ({ target, name, wrap: (original) => wrapClassic(name, original, ownerOf) })),
  );
  const promised = [dns.promises, dns.promises.Resolver.prototype].flatMap((target) =>
    methods.map((name): Patch => ({ target, name, wrap: (original) => wrapPromised(name, original, ownerOf) })),
  );
  return [
    { target: dns, name: 'lookup', wrap: (original) => wrapLookup(original, ownerOf) },
    { target: dns.promises, name: 'lookup', wrap: (original) => wrapPromisedLookup(original, ownerOf) },
    ...classic,
    ...promised,
  ];
}

function wrapLookup(original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return function lookup(this: unknown, hostname: unknown, ...rest: unknown[]): unknown {
    const network = ownerOf(hostname);
    const callback = rest.at(-1);
    if (network === undefined || typeof callback !== 'function') return original.call(this, hostname, ...rest);
    network.lookup(String(hostname), lookupOptions(rest[0]), callback as Parameters<LookupFunction>[2]);
    return {};
  };
}

function wrapPromisedLookup(original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return async function lookup(this: unknown, hostname: unknown, given?: unknown): Promise<unknown> {
    const network = ownerOf(hostname);
    if (network === undefined) return original.call(this, hostname, given);
    const options = lookupOptions(given);
    const addresses = await network.resolve(String(hostname), { family: familyOption(options.family) });
    const answers = addresses.map((address) => ({ address, family: isIP(address) }));
    return options.all ? answers : answers[0];
  };
}

function lookupOptions(given: unknown): LookupOptions {
  if (typeof given === 'number') return { family: given };
  return typeof given === 'object' && given !== null ? given : {};
}

function wrapClassic(method: string, original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return function resolve(this: unknown, name: unknown, ...rest: unknown[]): unknown {
    const network = ownerOf(name);
    const callback = rest.at(-1);
    if (network === undefined || typeof callback !== 'function') return original.call(this, name, ...rest);
    answer(network, method, [String(name), ...rest]).then(
      (records) => (callback as Callback)(null, records),
      (error: Error) => (callback as Callback)(error),
    );
    return {};
  };
}

function wrapPromised(method: string, original: AnyFunction, ownerOf: OwnerOf): AnyFunction {
  return function resolve(this: unknown, name: unknown, ...rest: unknown[]): unknown {
    const network = ownerOf(name);
    if (network === undefined) return original.call(this, name, ...rest);
    return answer(network, method, [String(name), ...rest]);
  };
}

async function answer(network: InterceptedNetwork, method: string, [name, option]: unknown[]): Promise<unknown> {
  const isReverse = method === 'reverse';
  const asked = isReverse ? reverseName(String(name)) : String(name);
  const resolver = network.resolver;
  if (resolver?.resolve === undefined) throw nameNotFound(asked);
  const type = isReverse ? 'PTR' : (TYPES[method] ?? (typeof option === 'string' ? option : 'A'));
  const records = await resolver.resolve(asked, type, { from: network.source, family: 0 });
  const wantsTtl = typeof option === 'object' && option !== null && (option as { ttl?: boolean }).ttl === true;
  if (!wantsTtl || !Array.isArray(records)) return records;
  return records.map((address: string) => ({ address, ttl: TTL_SECONDS }));
}
