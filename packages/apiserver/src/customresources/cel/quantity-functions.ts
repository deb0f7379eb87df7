/** Functions on amounts such as `100m` and `1Gi`. */
import { formatQuantity, parseQuantity, type Quantity } from '@towtank/apimachinery';
import type { CelFunction, KubernetesTypes } from './kubernetes-functions.ts';
import type { CelModules } from './load-cel.ts';

const NANO = 1_000_000_000n;

/** The functions. */
export function quantityFunctions({ cel }: CelModules, { quantity }: KubernetesTypes): CelFunction[] {
  const { celFunc, CelScalar } = cel;
  const { STRING, BOOL, INT, DOUBLE } = CelScalar;
  const type = quantity.type as never;
  const held = (value: unknown): Quantity => quantity.unwrap(value) as Quantity;
  const wrap = (value: Quantity): never => quantity.wrap(value, String(value.nano)) as never;
  const method = (
    name: string,
    args: readonly unknown[],
    result: unknown,
    run: (own: Quantity, other: unknown) => unknown,
  ): CelFunction =>
    cel.celMethod(
      name,
      type,
      args as never,
      result as never,
      function (this: unknown, other: unknown) {
        return run(held(this), other);
      } as never,
    );
  const nanoOf = (other: unknown): bigint => (typeof other === 'bigint' ? other * NANO : BigInt(held(other).nano));
  const sum = (own: Quantity, nano: bigint): never => wrap({ ...own, nano: BigInt(own.nano) + nano } as Quantity);
  return [
    celFunc('isQuantity', [STRING], BOOL, (text) => parseQuantity(text) !== undefined),
    celFunc('quantity', [STRING], type, ((text: string) => {
      const parsed = parseQuantity(text);
      if (parsed === undefined)
        throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      return wrap(parsed);
    }) as never),
    method('sign', [], INT, ({ nano }) => (nano > 0n ? 1n : nano < 0n ? -1n : 0n)),
    method('isInteger', [], BOOL, ({ nano }) => BigInt(nano) % NANO === 0n),
    method('asInteger', [], INT, (own) => {
      if (BigInt(own.nano) % NANO !== 0n) throw new Error(`cannot convert value ${formatQuantity(own)} to integer`);
      return BigInt(own.nano) / NANO;
    }),
    method('asApproximateFloat', [], DOUBLE, ({ nano }) => Number(nano) / Number(NANO)),
    ...[type, INT].flatMap((argument) => [
      method('add', [argument], type, (own, other) => sum(own, nanoOf(other))),
      method('sub', [argument], type, (own, other) => sum(own, -nanoOf(other))),
    ]),
    method('isGreaterThan', [type], BOOL, ({ nano }, other) => BigInt(nano) > nanoOf(other)),
    method('isLessThan', [type], BOOL, ({ nano }, other) => BigInt(nano) < nanoOf(other)),
    method('compareTo', [type], INT, ({ nano }, other) => {
      const difference = BigInt(nano) - nanoOf(other);
      return difference > 0n ? 1n : difference < 0n ? -1n : 0n;
    }),
  ];
}
