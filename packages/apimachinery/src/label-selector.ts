/** Label selectors: what they require, what they match, and the object form of specs. */

/** One requirement of a selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** The object form (`spec.selector` of a Deployment). */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** `metadata.labels` of an object. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels meet every requirement. */
export const matchesLabels = (requirements: readonly Requirement[], labels: Labels): boolean =>
  requirements.every((requirement) => meets(requirement, labels));

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Gt':
    case 'Lt':
      return exceeds(operator === 'Gt' ? value : values[0], operator === 'Gt' ? values[0] : value);
    default:
      return false;
  }
}

/** Whether a > b as 64-bit integers; text that is none exceeds nothing. */
function exceeds(a: string | undefined, b: string | undefined): boolean {
  const [left, right] = [parseInt64(a ?? ''), parseInt64(b ?? '')];
  return left !== undefined && right !== undefined && left > right;
}

/** Go's `strconv.ParseInt(text, 10, 64)`; undefined where that fails. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Whether labels hold every pair of a plain map (`spec.selector` of a Service). */
export const matchesMap = (selector: Readonly<Record<string, string>>, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels?.[key] === value);

/** Requirements of the object form. A selector without any requirement matches everything; no selector, nothing. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  const equals = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }): Requirement => ({
      key,
      operator: operator as Requirement['operator'],
      values: values ?? [],
    }),
  );
  return [...equals, ...expressions];
}

/** Whether an object-form selector selects these labels. */
export const selects = (selector: LabelSelector | null | undefined, labels: Labels): boolean =>
  selector != null && matchesLabels(requirementsOf(selector), labels);

/**
 * The text form of an object-form selector, as `status.selector` of a Scale shows it: an expression keeps its `in (…)`
 * even for a single value.
 */
export function formatLabelSelector(selector: LabelSelector): string {
  const equals = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = requirementsOf({ matchExpressions: selector.matchExpressions ?? [] }).map((requirement) => ({
    key: requirement.key,
    text: formatRequirement(requirement),
  }));
  return [...equals, ...expressions]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return `${key} in (${list})`;
    case 'NotIn':
      return `${key} notin (${list})`;
    case 'Gt':
      return `${key}>${list}`;
    case 'Lt':
      return `${key}<${list}`;
  }
}
