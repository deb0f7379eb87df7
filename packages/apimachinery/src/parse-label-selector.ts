/** The text form of label selectors: `app=web,tier in (front,back),!legacy`. */
import { badRequest } from './api-errors.ts';
import { type FieldError, formatFieldErrors, invalidValue } from './field-error.ts';
import { parseInt64, type Requirement } from './label-selector.ts';
import { labelKeyErrors, labelValueErrors } from './name-validation.ts';

/**
 * Parses the text form of a request's `labelSelector`. Throws 400 with the message of `k8s.io/apimachinery/pkg/labels`,
 * which prefixes only what goes wrong inside of a requirement.
 */
export function parseLabelSelector(text: string): Requirement[] {
  const tokens = new Tokens(text);
  const found: Requirement[] = [];
  for (;;) {
    const first = tokens.peek();
    if (first === '') return found;
    if (!startsRequirement(first)) throw badRequest(`found '${first}', expected: !, identifier, or 'end of string'`);
    found.push(parseRequirement(tokens));
    const separator = tokens.take();
    if (separator === '') return found;
    if (separator !== ',') throw badRequest(`found '${separator}', expected: ',' or 'end of string'`);
    if (!startsRequirement(tokens.peek())) throw badRequest(`found '${tokens.peek()}', expected: identifier after ','`);
  }
}

/** What the text is made of. The empty text stands for its end. */
class Tokens {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g) ?? [];
  }

  peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  take(): string {
    return this.#tokens[this.#at++] ?? '';
  }
}

const isIdentifier = (token: string): boolean => token !== '' && !/^[=!(),<>]/.test(token);
const startsRequirement = (token: string): boolean => isIdentifier(token) || token === '!';
const failure = (detail: string): Error => badRequest(`unable to parse requirement: ${detail}`);

function parseRequirement(tokens: Tokens): Requirement {
  const negated = tokens.peek() === '!';
  if (negated) tokens.take();
  const key = tokens.take();
  if (!isIdentifier(key)) throw failure(`found '${key}', expected: identifier`);
  const keyErrors = labelKeyErrors(key);
  if (keyErrors.length > 0) throw failure(formatFieldErrors([invalidValue('<nil>', key, keyErrors.join('; '))]));
  if (negated) return { key, operator: 'DoesNotExist', values: [] };
  if (['', ','].includes(tokens.peek())) return { key, operator: 'Exists', values: [] };
  const requirement = parseOperation(key, tokens);
  const errors = valueErrors(requirement);
  if (errors.length > 0) throw failure(formatFieldErrors(errors));
  return requirement;
}

function parseOperation(key: string, tokens: Tokens): Requirement {
  const operator = tokens.take();
  switch (operator) {
    case '=':
    case '==':
      return { key, operator: 'In', values: [parseValue(tokens)] };
    case '!=':
      return { key, operator: 'NotIn', values: [parseValue(tokens)] };
    case '<':
      return { key, operator: 'Lt', values: [parseValue(tokens)] };
    case '>':
      return { key, operator: 'Gt', values: [parseValue(tokens)] };
    case 'in':
      return { key, operator: 'In', values: parseValues(tokens) };
    case 'notin':
      return { key, operator: 'NotIn', values: parseValues(tokens) };
    default:
      throw failure(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function parseValue(tokens: Tokens): string {
  if (['', ','].includes(tokens.peek())) return '';
  const value = tokens.take();
  if (!isIdentifier(value)) throw failure(`found '${value}', expected: identifier`);
  return value;
}

/** The values between parentheses, sorted, each once. A place left empty stands for the empty value. */
function parseValues(tokens: Tokens): string[] {
  const open = tokens.take();
  if (open !== '(') throw failure(`found '${open}' expected: '('`);
  const first = tokens.peek();
  if (first !== ',' && first !== ')' && !isIdentifier(first))
    throw failure(`found '${first}', expected: ',', ')' or identifier`);
  const values = new Set<string>();
  while (tokens.peek() !== ')') {
    const token = tokens.take();
    if (isIdentifier(token)) {
      values.add(token);
      if (tokens.peek() !== ',' && tokens.peek() !== ')')
        throw failure(`found '${tokens.peek()}', expected: ',' or ')'`);
    } else if (token === ',') {
      if (values.size === 0 || tokens.peek() === ',' || tokens.peek() === ')') values.add('');
    } else throw failure(`found '${token}', expected: ',', or identifier`);
  }
  tokens.take();
  return values.size === 0 ? [''] : [...values].sort();
}

function valueErrors({ key, operator, values }: Requirement): FieldError[] {
  const numeric = operator === 'Gt' || operator === 'Lt';
  const notNumbers = values.flatMap((value, at) =>
    numeric && parseInt64(value) === undefined
      ? [invalidValue(`values[${at}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer")]
      : [],
  );
  const notLabels = values.flatMap((value, at) => {
    const errors = labelValueErrors(value);
    return errors.length > 0 ? [invalidValue(`values[${at}][${key}]`, value, errors.join('; '))] : [];
  });
  return [...notNumbers, ...notLabels];
}
