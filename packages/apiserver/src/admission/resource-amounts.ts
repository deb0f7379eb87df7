/** Arithmetic on lists of resources. */
import { formatQuantity, parseQuantity, type QuantityFormat } from '@towtank/apimachinery';
import type { ResourceList } from './pod-spec.ts';

/** An amount of one resource: exact, with the way it is written. */
export interface Amount {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** Amounts by the name of the resource. */
export type Amounts = ReadonlyMap<string, Amount>;

const ONE = 1_000_000_000n;

/** So many whole things. */
export const amountOf = (count: number): Amount => ({ nano: BigInt(count) * ONE, format: 'DecimalSI' });

/** The amounts of a list; text that is no quantity is left out. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts = new Map<string, Amount>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const amount = parseQuantity(text);
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

/** The sum by resource; each amount is written as its first part is. */
export const addAmounts = (...parts: readonly Amounts[]): Amounts =>
  combine(parts, (a, b) => ({ nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format }));

/** The larger amount by resource. */
export const maxAmounts = (...parts: readonly Amounts[]): Amounts =>
  combine(parts, (a, b) => (b.nano > a.nano ? b : a));

function combine(parts: readonly Amounts[], join: (a: Amount, b: Amount) => Amount): Amounts {
  const total = new Map<string, Amount>();
  for (const part of parts)
    for (const [name, amount] of part) {
      const known = total.get(name);
      total.set(name, known === undefined ? amount : join(known, amount));
    }
  return total;
}

/** `cpu=1,memory=2Gi`, by name: how messages show amounts. */
export const formatAmounts = (amounts: Amounts): string =>
  [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
