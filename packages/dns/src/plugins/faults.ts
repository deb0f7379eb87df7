/** Faults on demand: failures, silence, delays and truncation for the queries that a test picks. */
import { type Clock, delay, type Random } from '@towtank/apimachinery';
import { sameName, withoutDot } from '../codec/domain-name.ts';
import type { Generation } from '../generation.ts';
import { type DnsRequest, type DnsResponse, type Plugin, respond, respondError } from '../handler.ts';

/** What happens to a query: no answer, an empty answer with TC over UDP, an error, or an answer that comes late. */
export type FaultEffect = 'drop' | 'truncate' | { readonly rcode: string } | { readonly delayMs: number };

/** Which queries go wrong, and how. What is left out matches everything. */
export interface Fault {
  readonly effect: FaultEffect;
  /** A name in any case, or an expression. */
  readonly name?: string | RegExp;
  readonly type?: string;
  /** `namespace/name` of the pod that asks. */
  readonly pod?: string;
  /** How often; then the fault is over. Default: until it is removed. */
  readonly times?: number;
  /** From 0 to 1. Default 1. */
  readonly probability?: number;
}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
}

/** What the table of faults works with. */
export interface FaultsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly generation: Generation;
}

/** The faults in force. The first that matches a query is applied; after a delay the later ones get their turn, too. */
export class Faults {
  readonly #options: FaultsOptions;
  readonly #active = new Set<ActiveFault>();
  readonly #closed = new AbortController();

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** How many faults are in force. */
  get size(): number {
    return this.#active.size;
  }

  /** Puts a fault in force; call the result to end it. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.add(active);
    this.#options.generation.advance();
    return () => this.#remove(active);
  }

  /** Ends all faults. */
  clear(): void {
    this.#active.clear();
    this.#options.generation.advance();
  }

  /** Lets go of every query that is being delayed. */
  close(): void {
    this.#closed.abort();
  }

  /** The link of the chain. */
  readonly plugin: Plugin = (next) => async (request) => {
    if (this.#active.size === 0) return next(request);
    for (const active of [...this.#active]) {
      if (!this.#active.has(active) || !matches(active.fault, request) || !this.#strikes(active)) continue;
      const { effect } = active.fault;
      if (typeof effect === 'object' && 'delayMs' in effect)
        await delay(this.#options.clock, effect.delayMs, this.#closed.signal);
      else if (effect === 'drop') return undefined;
      else return effect === 'truncate' ? truncated() : respondError(effect.rcode);
    }
    const response = await next(request);
    return response && { ...response, stable: false };
  };

  #strikes(active: ActiveFault): boolean {
    const { probability = 1 } = active.fault;
    if (probability < 1 && this.#options.random.next() >= probability) return false;
    active.left -= 1;
    if (active.left <= 0) this.#remove(active);
    return true;
  }

  #remove(active: ActiveFault): void {
    if (this.#active.delete(active)) this.#options.generation.advance();
  }
}

const truncated = (): DnsResponse => respond({ authoritative: true, truncated: true });

function matches({ effect, name, type, pod }: Fault, { question, client }: DnsRequest): boolean {
  if (effect === 'truncate' && client.transport !== 'udp') return false;
  if (type !== undefined && type !== question.type) return false;
  if (pod !== undefined && pod !== client.pod) return false;
  if (name === undefined) return true;
  return typeof name === 'string' ? sameName(withoutDot(name), question.name) : question.name.search(name) >= 0;
}
