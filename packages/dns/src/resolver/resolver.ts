/** A stub resolver: what the C library of a container does with a name and `/etc/resolv.conf`. */

import { ipVersionOf } from '@towtank/apimachinery';
import { labelsOf, sameName, withoutDot } from '../codec/domain-name.ts';
import { isKnownRecord, type KnownRecord, type ResourceRecord } from '../codec/resource-record.ts';
import type { DnsResponse } from '../handler.ts';
import { numericOption, type ResolvConf } from './resolv-conf.ts';
import { type Attempt, ResolveError } from './resolve-error.ts';

/** Asks the name server one question; undefined or a rejection means that no answer came. */
export type AskServer = (question: {
  readonly name: string;
  readonly type: string;
}) => Promise<DnsResponse | undefined>;

/** What a name led to. */
export interface Resolution {
  /** The records of the type asked for; those of an alias's target where the name is an alias. */
  readonly records: readonly ResourceRecord[];
  /** The full name that was answered, after the search list and before aliases. */
  readonly name: string;
  /** The aliases on the way, in order. */
  readonly aliases: readonly string[];
  /** Every question that was asked, the last one included. */
  readonly tried: readonly Attempt[];
}

/** An address as `dns.lookup` gives it. */
export interface LookupAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Resolves names the way a container would. */
export interface Resolver {
  readonly resolvConf: ResolvConf;
  /** The records behind a name. Rejects with a {@link ResolveError} where there are none. */
  resolve(name: string, type?: string): Promise<Resolution>;
  /** The addresses of a name or an address, IPv4 first. Rejects with a {@link ResolveError} where there are none. */
  lookup(name: string, options?: { readonly family?: 0 | 4 | 6 }): Promise<LookupAddress[]>;
}

const DEFAULT_NDOTS = 1;
/** The longest chain of aliases that is followed. */
const ALIAS_LIMIT = 10;

/**
 * A resolver over a name server. A name with at least `ndots` dots is tried as it stands first, any other one through the
 * search list first; a dot at the end makes it absolute. A missing name, a name without data and a failing server each
 * lead on to the next candidate, as in glibc.
 */
export function createResolver({
  query,
  resolvConf,
}: {
  readonly query: AskServer;
  readonly resolvConf: ResolvConf;
}): Resolver {
  const resolve = (name: string, type = 'A'): Promise<Resolution> =>
    search(query, { name, type: type.toUpperCase(), candidates: candidatesFor(name, resolvConf) });
  const lookup: Resolver['lookup'] = async (name, { family = 0 } = {}) => {
    const literal = ipVersionOf(name);
    if (literal !== 0) return literalAddress(name, { literal, family });
    if (withoutDot(name.toLowerCase()) === 'localhost') return literalAddress('127.0.0.1', { literal: 4, family });
    const types = family === 0 ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
    const found = await Promise.allSettled(types.map((type) => resolve(name, type)));
    const addresses = found.flatMap((result) => (result.status === 'fulfilled' ? addressesOf(result.value) : []));
    const failure = found.find((result) => result.status === 'rejected');
    if (addresses.length === 0 && failure !== undefined) throw failure.reason;
    return addresses;
  };
  return { resolvConf, resolve, lookup };
}

/** The full names to try for a name, in order. */
export function candidatesFor(name: string, resolvConf: ResolvConf): string[] {
  const plain = withoutDot(name);
  if (plain !== name || name === '.') return [plain];
  const searched = resolvConf.search.map((path) => (path === '.' ? name : `${name}.${withoutDot(path)}`));
  const dots = labelsOf(name).length - 1;
  const first = dots >= numericOption(resolvConf, 'ndots', DEFAULT_NDOTS);
  return [...new Set(first ? [name, ...searched] : [...searched, name])];
}

interface Search {
  readonly name: string;
  readonly type: string;
  readonly candidates: readonly string[];
}

async function search(query: AskServer, { name, type, candidates }: Search): Promise<Resolution> {
  const tried: Attempt[] = [];
  for (const candidate of candidates) {
    const found = await follow(query, { name: candidate, type, tried });
    if (found !== undefined && found.records.length > 0) return { ...found, name: candidate, tried };
    // A server that does not answer will not answer for the next candidate either.
    if (tried.at(-1)?.rcode === 'TIMEOUT') break;
  }
  throw new ResolveError({ name, type, tried });
}

/** Asks for one name, and for what it is an alias of where the server has not followed that by itself. */
async function follow(
  query: AskServer,
  { name, type, tried }: { readonly name: string; readonly type: string; readonly tried: Attempt[] },
): Promise<Pick<Resolution, 'records' | 'aliases'> | undefined> {
  const aliases: string[] = [];
  for (let owner = name; aliases.length <= ALIAS_LIMIT; ) {
    const response = await query({ name: owner, type }).catch(() => undefined);
    const rcode = response?.rcode ?? 'TIMEOUT';
    tried.push({ name: owner, type, rcode: rcode === 'NOERROR' && response?.answers.length === 0 ? 'NODATA' : rcode });
    if (response === undefined || rcode !== 'NOERROR') return undefined;
    const end = aliasEnd(response.answers, { owner, type, aliases });
    const records = response.answers.filter((record) => record.type === type && sameName(record.name, end));
    if (records.length > 0 || end === owner) return { records, aliases };
    owner = end;
  }
  return undefined;
}

/** Where the aliases of an answer lead; each is noted. */
function aliasEnd(
  answers: readonly ResourceRecord[],
  { owner, type, aliases }: { readonly owner: string; readonly type: string; readonly aliases: string[] },
): string {
  let end = owner;
  if (type === 'CNAME') return end;
  for (const record of answers.filter(isKnownRecord)) {
    if (!isAliasOf(record, end)) continue;
    end = record.data;
    aliases.push(end);
  }
  return end;
}

const isAliasOf = (record: KnownRecord, name: string): record is KnownRecord & { type: 'CNAME'; data: string } =>
  record.type === 'CNAME' && sameName(record.name, name);

function literalAddress(
  address: string,
  { literal, family }: { readonly literal: 4 | 6; readonly family: 0 | 4 | 6 },
): LookupAddress[] {
  if (family === 0 || family === literal) return [{ address, family: literal }];
  throw new ResolveError({ name: address, type: family === 4 ? 'A' : 'AAAA', tried: [] });
}

const addressesOf = ({ records }: Resolution): LookupAddress[] =>
  records.flatMap((record): LookupAddress[] => {
    if (record.type === 'A') return [{ address: record.data, family: 4 }];
    return record.type === 'AAAA' ? [{ address: record.data, family: 6 }] : [];
  });
