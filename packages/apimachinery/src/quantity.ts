/** Kubernetes quantities: `100m`, `1.5Gi`, `2e3`. Exact, on integers of nano units, as Go's `resource.Quantity`. */

const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
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
/** Binary quantities stop at the largest 64-bit integer. */
const MAX_BINARY_NANO = ((1n << 63n) - 1n) * NANO;
/** Digits up to which Kubernetes keeps a quantity's own text, where that text is in canonical form. */
const MAX_DIGITS = 18;
/** Larger exponents say nothing more, and would only cost time. */
const MAX_EXPONENT = 1000;
const PATTERN = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

/** How a quantity was written, which is how its canonical form is written. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A parsed quantity. */
export interface Quantity {
  /** The value in units of 10⁻⁹, rounded away from zero. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** The message that Kubernetes gives for text that is no quantity. */
export const QUANTITY_PATTERN_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** What Kubernetes says of text that is no quantity; undefined when it is one. */
export function quantityError(text: string): string | undefined {
  const parts = splitQuantity(text);
  if (parts === undefined) return QUANTITY_PATTERN_MESSAGE;
  return scaleOf(parts.suffix) === undefined ? "unable to parse quantity's suffix" : undefined;
}

/** Objects say the same few amounts over and over; this many of them are not parsed again. */
const MAX_REMEMBERED = 1024;
const remembered = new Map<string, Quantity | undefined>();

/** Parses a quantity; undefined when the text is none. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const key = String(text);
  const known = remembered.get(key);
  if (known !== undefined || remembered.has(key)) return known;
  const quantity = parse(key);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, quantity);
  return quantity;
}

function parse(text: string): Quantity | undefined {
  const parts = splitQuantity(text);
  const scale = parts && scaleOf(parts.suffix);
  if (parts === undefined || scale === undefined) return undefined;
  const mantissa = BigInt(parts.whole + parts.fraction || '0');
  const nano = nanoOf(mantissa, parts.fraction.length, scale);
  const format = scale.format === 'BinarySI' && nano > 0n && nano < NANO ? 'DecimalSI' : scale.format;
  return { nano: parts.negative ? -nano : nano, format };
}

interface QuantityParts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

function splitQuantity(text: string): QuantityParts | undefined {
  const match = text === '' ? null : PATTERN.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  return { negative: sign === '-', whole, fraction, suffix };
}

interface Scale {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

function scaleOf(suffix: string): Scale | undefined {
  if (Object.hasOwn(DECIMAL_EXPONENTS, suffix))
    return { format: 'DecimalSI', exponent: DECIMAL_EXPONENTS[suffix] ?? 0 };
  if (Object.hasOwn(BINARY_EXPONENTS, suffix)) return { format: 'BinarySI', exponent: BINARY_EXPONENTS[suffix] ?? 0 };
  if (!/^[eE][-+]?\d+$/.test(suffix)) return undefined;
  const exponent = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(suffix.slice(1))));
  return { format: 'DecimalExponent', exponent };
}

function nanoOf(mantissa: bigint, decimals: number, { format, exponent }: Scale): bigint {
  if (format === 'BinarySI') {
    const nano = divideUp((mantissa << BigInt(exponent)) * NANO, 10n ** BigInt(decimals));
    return nano > MAX_BINARY_NANO ? MAX_BINARY_NANO : nano;
  }
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
  for (const [suffix, exponent] of Object.entries(BINARY_EXPONENTS).reverse())
    if (units % (1n << BigInt(exponent)) === 0n) return `${units >> BigInt(exponent)}${suffix}`;
  return `${units}`;
}

function formatDecimal(nano: bigint, exponentForm: boolean): string {
  let exponent = -9;
  let value = nano;
  while (value % 1000n === 0n && (exponentForm || exponent < 18)) {
    value /= 1000n;
    exponent += 3;
  }
  if (exponentForm) return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${SUFFIX_FOR_EXPONENT.get(exponent) ?? ''}`;
}

/**
 * The text that Kubernetes stores for a quantity: the text itself where that is canonical already or is no quantity at
 * all, its canonical text otherwise. Kubernetes' idea of "already" lets `1.500` and `+5` stand.
 */
export function canonicalQuantity(text: string | number): string {
  const quantity = parseQuantity(text);
  if (quantity === undefined || keepsItsText(String(text))) return String(text);
  return formatQuantity(quantity);
}

function keepsItsText(text: string): boolean {
  const parts = splitQuantity(text);
  const scale = parts && scaleOf(parts.suffix);
  if (parts === undefined || scale === undefined) return true;
  const digits = (parts.whole || '0') + parts.fraction;
  if (scale.format === 'BinarySI') {
    const fits = digits.length <= 14 - Math.trunc((scale.exponent * 3) / 10);
    return fits && parts.fraction === '' && (BigInt(digits) & 7n) !== 0n;
  }
  const exponent = scale.exponent - parts.fraction.length;
  const fits = digits.length <= MAX_DIGITS && exponent >= -9;
  return fits && exponent % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Less than zero when a < b. Text that is no quantity counts as zero. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = (parseQuantity(a)?.nano ?? 0n) - (parseQuantity(b)?.nano ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
