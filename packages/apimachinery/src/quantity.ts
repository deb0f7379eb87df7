/** Kubernetes quantities: `100m`, `1.5Gi`, `2e3`. Exact, on integers of nano units. */

const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const SUFFIX_FOR_EXPONENT = new Map(Object.entries(DECIMAL_EXPONENTS).map(([suffix, exponent]) => [exponent, suffix]));
const NANO = 1_000_000_000n;
const PATTERN = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** How a quantity was written, which is how its canonical form is written. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A parsed quantity. */
export interface Quantity {
  /** The value in units of 10⁻⁹, rounded up. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** The message that Kubernetes gives for text that is no quantity. */
export const QUANTITY_PATTERN_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Parses a quantity; undefined when the text is none. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const match = PATTERN.exec(String(text));
  if (match === null) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(whole + fraction || '0');
  const format: QuantityFormat =
    suffix in BINARY ? 'BinarySI' : /^[eE]\d|^[eE][+-]/.test(suffix) ? 'DecimalExponent' : 'DecimalSI';
  const nano = scaled(mantissa, fraction.length, suffix, format);
  return { nano: sign === '-' ? -nano : nano, format };
}

function scaled(mantissa: bigint, decimals: number, suffix: string, format: QuantityFormat): bigint {
  if (format === 'BinarySI') return divideUp(mantissa * (BINARY[suffix] ?? 1n) * NANO, 10n ** BigInt(decimals));
  const exponent = format === 'DecimalExponent' ? Number(suffix.slice(1)) : (DECIMAL_EXPONENTS[suffix] ?? 0);
  const power = exponent - decimals + 9;
  return power >= 0 ? mantissa * 10n ** BigInt(power) : divideUp(mantissa, 10n ** BigInt(-power));
}

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** The canonical text: no fraction, the largest suffix that keeps the value exact. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const value = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && value % NANO === 0n && value / NANO >= 1024n) return sign + formatBinary(value / NANO);
  return sign + formatDecimal(value, format === 'DecimalExponent');
}

function formatBinary(units: bigint): string {
  for (const [suffix, size] of Object.entries(BINARY).reverse())
    if (units % size === 0n) return `${units / size}${suffix}`;
  return `${units}`;
}

function formatDecimal(nano: bigint, exponentForm: boolean): string {
  let exponent = -9;
  let value = nano;
  while (value % 1000n === 0n && exponent < 18) {
    value /= 1000n;
    exponent += 3;
  }
  if (exponentForm) return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${SUFFIX_FOR_EXPONENT.get(exponent) ?? ''}`;
}

/** The canonical text of a quantity's text; the text itself when it is none. */
export function canonicalQuantity(text: string | number): string {
  const quantity = parseQuantity(text);
  return quantity === undefined ? String(text) : formatQuantity(quantity);
}

/** Less than zero when a < b. Text that is no quantity counts as zero. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = (parseQuantity(a)?.nano ?? 0n) - (parseQuantity(b)?.nano ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
