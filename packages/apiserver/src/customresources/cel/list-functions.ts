/** Functions on lists: order, sums, places, and lists as sets. */
import type { CelFunction } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

/** The functions. */
export function listFunctions(modules: CelModules): CelFunction[] {
  const { celMethod, celFunc, listType, CelScalar } = modules.cel;
  const { DYN, BOOL, INT } = CelScalar;
  const LIST = listType(DYN);
  const equal = equality(modules);
  const contains = (list: readonly unknown[], item: unknown): boolean => list.some((other) => equal(other, item));
  const covers = (a: Iterable<unknown>, b: Iterable<unknown>): boolean => {
    const all = [...a];
    return [...b].every((item) => contains(all, item));
  };
  return [
    celMethod('isSorted', LIST, [], BOOL, function () {
      const items = [...this];
      return items.every((item, at) => at === 0 || compare(items[at - 1], item) <= 0);
    }),
    celMethod('sum', LIST, [], DYN, function () {
      return (
        ([...this].reduce<unknown>(
          (total, item) => (total === undefined ? item : add(total, item)),
          undefined,
        ) as never) ?? 0n
      );
    }),
    celMethod('min', LIST, [], DYN, function () {
      return extreme([...this], 'min', -1) as never;
    }),
    celMethod('max', LIST, [], DYN, function () {
      return extreme([...this], 'max', 1) as never;
    }),
    celMethod('indexOf', LIST, [DYN], INT, function (item) {
      return BigInt([...this].findIndex((other) => equal(other, item)));
    }),
    celMethod('lastIndexOf', LIST, [DYN], INT, function (item) {
      return BigInt([...this].findLastIndex((other) => equal(other, item)));
    }),
    celFunc('sets.contains', [LIST, LIST], BOOL, (a, b) => covers(a, b)),
    celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => covers(a, b) && covers(b, a)),
    celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => {
      const all = [...a];
      return [...b].some((item) => contains(all, item));
    }),
  ];
}

/** Equality as the language itself has it. */
function equality({ cel }: CelModules): (a: unknown, b: unknown) => boolean {
  const same = cel.plan(cel.celEnv(), cel.parse('a == b')) as (bindings: object) => unknown;
  return (a, b) => same({ a, b }) === true;
}

function compare(a: unknown, b: unknown): number {
  const [left, right] = [comparable(a), comparable(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Times and spans of time are messages of seconds and nanoseconds. */
function comparable(value: unknown): number | bigint | string {
  if (typeof value === 'object' && value !== null && 'message' in value) {
    const { seconds = 0n, nanos = 0 } = value.message as { seconds?: bigint; nanos?: number };
    return seconds * 1_000_000_000n + BigInt(nanos);
  }
  return typeof value === 'boolean' ? Number(value) : (value as number | bigint | string);
}

function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  return Number(a) + Number(b);
}

function extreme(items: readonly unknown[], name: string, sign: number): unknown {
  if (items.length === 0) throw new Error(`${name} called on empty list`);
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}
