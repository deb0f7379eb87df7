/** Names and addresses that a test sets by hand: they win over the cluster and the upstream. */
import { formatIp, ipVersionOf, parseIp } from '@towtank/apimachinery';
import { sameName, withoutDot } from '../codec/domain-name.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import { reverseNameOf } from '../codec/reverse-name.ts';
import type { Generation } from '../generation.ts';
import { type Plugin, respond } from '../handler.ts';

/** Seconds that a hosts record may be kept. */
const DEFAULT_TTL_SECONDS = 3600;

/** The table behind the plugin; changes count from the next query on. */
export class Hosts {
  readonly #generation: Generation;
  readonly #addresses = new Map<string, readonly string[]>();

  constructor(generation: Generation, entries: Readonly<Record<string, string | readonly string[]>> = {}) {
    this.#generation = generation;
    for (const [name, addresses] of Object.entries(entries)) this.set(name, addresses);
  }

  /** Gives a name its addresses, in place of those it had. Throws for a text that is no IP address. */
  set(name: string, addresses: string | readonly string[]): void {
    const list = (typeof addresses === 'string' ? [addresses] : addresses).map((address) => formatIp(parseIp(address)));
    this.#addresses.set(withoutDot(name.toLowerCase()), list);
    this.#generation.advance();
  }

  /** Takes a name out; whether it was there. */
  delete(name: string): boolean {
    const known = this.#addresses.delete(withoutDot(name.toLowerCase()));
    if (known) this.#generation.advance();
    return known;
  }

  /** Takes all names out. */
  clear(): void {
    this.#addresses.clear();
    this.#generation.advance();
  }

  /** The addresses of a name in any case; undefined where it is not in the table. */
  addressesOf(name: string): readonly string[] | undefined {
    return this.#addresses.get(name.toLowerCase());
  }

  /** The names whose address has the given reverse name. */
  namesOf(reverseName: string): string[] {
    const hasAddress = (address: string): boolean => sameName(reverseNameOf(address), reverseName);
    return [...this.#addresses].filter(([, addresses]) => addresses.some(hasAddress)).map(([name]) => name);
  }
}

/** Answers A, AAAA and PTR from the table. A name in it has no other family and no other type; the rest goes on. */
export const hosts =
  (table: Hosts, ttl: number = DEFAULT_TTL_SECONDS): Plugin =>
  (next) =>
  async (request) => {
    const { name, type } = request.question;
    if (type === 'PTR') {
      const names = table.namesOf(name);
      const answers = names.map((data): ResourceRecord => ({ name, type, ttl, data }));
      return answers.length > 0 ? respond({ authoritative: true, answers, stable: true }) : next(request);
    }
    const addresses = type === 'A' || type === 'AAAA' ? table.addressesOf(name) : undefined;
    if (addresses === undefined) return next(request);
    const family = type === 'A' ? 4 : 6;
    const answers = addresses
      .filter((address) => ipVersionOf(address) === family)
      .map((data) => ({ name, type: type as 'A' | 'AAAA', ttl, data }));
    return respond({ authoritative: true, answers, stable: true });
  };
