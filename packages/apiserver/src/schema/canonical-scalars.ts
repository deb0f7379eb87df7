/** Quantities as they are written back. */
import { formatQuantity, parseQuantity, QUANTITY_PATTERN_MESSAGE } from '@towtank/apimachinery';

/** A quantity's canonical text, or why it is none. */
export interface ParsedText {
  readonly text: string;
  readonly error?: string;
}

/** Texts that are their own canonical form; most quantities are. */
const CANONICAL = /^[1-9]\d{0,2}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const SHAPE = /^[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*$/;
const MICRO = 1_000_000n;

/** The canonical text of a quantity. `milli` rounds up to thousandths, as lists of resources do. */
export function parseQuantityText(given: string | number, { milli = false }: { milli?: boolean } = {}): ParsedText {
  const text = String(given).trim();
  if (CANONICAL.test(text)) return { text };
  const quantity = parseQuantity(text);
  if (quantity === undefined)
    return { text, error: SHAPE.test(text) ? "unable to parse quantity's suffix" : QUANTITY_PATTERN_MESSAGE };
  if (milli && quantity.nano % MICRO !== 0n)
    return { text: formatQuantity({ ...quantity, nano: roundUpToMilli(quantity.nano) }) };
  return { text: formatQuantity(quantity) };
}

/** Away from zero, so that a little of a resource stays a little. */
function roundUpToMilli(nano: bigint): bigint {
  const whole = nano / MICRO;
  return (nano < 0n ? whole - 1n : whole + 1n) * MICRO;
}
