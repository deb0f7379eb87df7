/** Label selectors: the text form of requests and the object form of specs. */
import { badRequest } from './api-errors.ts';
import { labelKeyErrors, labelValueErrors } from './name-validation.ts';

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
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
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
export const selects = (selector: LabelSelector | undefined, labels: Labels): boolean =>
  selector !== undefined && matchesLabels(requirementsOf(selector), labels);

/** The text form of an object-form selector, as `status.selector` of a Scale shows it. */
export const formatLabelSelector = (selector: LabelSelector): string =>
  [...requirementsOf(selector)]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatRequirement)
    .join(',');

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort().join(',')})`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

const TOKEN = /\s*(=>|==|!=|=|!|\(|\)|,|<|>|[^\s=!(),<>]+)/y;

/** Parses the text form of a request's `labelSelector`. Throws 400 with Kubernetes' message. */
export function parseLabelSelector(text: string): Requirement[] {
  const parser = new Parser(text);
  return parser.requirements();
}

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    const trimmed = text.trimEnd();
    while (TOKEN.lastIndex < trimmed.length) {
      const match = TOKEN.exec(trimmed);
      if (match?.[1] === undefined) break;
      this.#tokens.push(match[1]);
    }
  }

  requirements(): Requirement[] {
    const found: Requirement[] = [];
    if (this.#peek() === '') return found;
    for (;;) {
      found.push(this.#requirement());
      const separator = this.#take();
      if (separator === '') return found;
      if (separator !== ',') throw parseError(`found '${separator}', expected: ',' or 'end of string'`);
      if (!isIdentifier(this.#peek()) && this.#peek() !== '!')
        throw parseError(`found '${this.#peek()}', expected: identifier after ','`);
    }
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#take();
    const key = this.#take();
    if (!isIdentifier(key))
      throw parseError(`found '${key}', expected: ${negated ? 'identifier' : "!, identifier, or 'end of string'"}`);
    checkKey(key);
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    const next = this.#peek();
    if (next === '' || next === ',') return { key, operator: 'Exists', values: [] };
    return this.#operation(key);
  }

  #operation(key: string): Requirement {
    const operator = this.#take();
    switch (operator) {
      case '=':
      case '==':
        return { key, operator: 'In', values: [checkValue(key, this.#value())] };
      case '!=':
        return { key, operator: 'NotIn', values: [checkValue(key, this.#value())] };
      case 'in':
        return { key, operator: 'In', values: this.#values(key) };
      case 'notin':
        return { key, operator: 'NotIn', values: this.#values(key) };
      case '<':
      case '>':
        return { key, operator: operator === '<' ? 'Lt' : 'Gt', values: [checkNumber(this.#value())] };
      default:
        throw parseError(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #value(): string {
    const next = this.#peek();
    if (next === '' || next === ',') return '';
    this.#take();
    if (!isIdentifier(next)) throw parseError(`found '${next}', expected: identifier`);
    return next;
  }

  #values(key: string): string[] {
    const open = this.#take();
    if (open !== '(') throw parseError(`found '${open}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      if (token === ')') break;
      if (token === ',') {
        if (this.#peek() === ',' || this.#peek() === ')') values.push('');
        continue;
      }
      if (!isIdentifier(token)) throw parseError(`found '${token}', expected: ',', ')' or identifier`);
      values.push(checkValue(key, token));
    }
    return values.length === 0 ? [''] : values;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #take(): string {
    return this.#tokens[this.#at++] ?? '';
  }
}

const isIdentifier = (token: string): boolean => token !== '' && !/^(=>|==|!=|[=!(),<>])$/.test(token);

const parseError = (detail: string): Error => badRequest(`unable to parse requirement: ${detail}`);

function checkKey(key: string): void {
  const errors = labelKeyErrors(key);
  if (errors.length > 0) throw parseError(`<nil>: Invalid value: ${JSON.stringify(key)}: ${errors.join('; ')}`);
}

function checkValue(key: string, value: string): string {
  const errors = labelValueErrors(value);
  if (errors.length > 0)
    throw parseError(`values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${errors.join('; ')}`);
  return value;
}

function checkNumber(value: string): string {
  if (!/^-?\d+$/.test(value))
    throw parseError(
      `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  return value;
}
