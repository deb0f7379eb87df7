/** Plain scalars of YAML 1.1, as Kubernetes' YAML reader resolves them. */

const WORDS = new Map<string, unknown>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
]);

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INTEGERS: readonly (readonly [RegExp, number])[] = [
  [/^([-+]?)0[xX]([0-9a-fA-F]+)$/, 16],
  [/^([-+]?)0[bB]([01]+)$/, 2],
  [/^([-+]?)0[oO]?([0-7]+)$/, 8],
  [/^([-+]?)(0|[1-9]\d*)$/, 10],
];

/** What an unquoted scalar without a tag means. Times stay text. */
export function resolvePlainScalar(text: string): unknown {
  if (WORDS.has(text)) return WORDS.get(text);
  if (!/^[-+.\d]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  for (const [pattern, base] of INTEGERS) {
    const match = pattern.exec(digits);
    if (match !== null) return (match[1] === '-' ? -1 : 1) * Number.parseInt(match[2] ?? '0', base);
  }
  return FLOAT.test(digits) ? Number(digits) : text;
}
