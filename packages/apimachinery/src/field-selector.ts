/** Field selectors: `metadata.name=web,status.phase!=Running`. */
import { badRequest } from './api-errors.ts';

/** One requirement of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * Parses the text form of a request's `fieldSelector`; the terms come sorted. Throws 400 with the message of
 * `k8s.io/apimachinery/pkg/fields`.
 */
export const parseFieldSelector = (text: string): FieldRequirement[] =>
  splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term) => parseTerm(term, text))
    .filter(({ field, value }) => field !== '' || value !== '');

/** Splits at commas that no backslash escapes; the backslashes stay. */
function splitTerms(text: string): string[] {
  const terms = [''];
  for (const [part] of text.matchAll(/\\.|./gsu)) {
    if (part === ',') terms.push('');
    else terms[terms.length - 1] += part;
  }
  return terms;
}

function parseTerm(term: string, text: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
}

function unescapeValue(text: string): string {
  let value = '';
  for (const [part] of text.matchAll(/\\.?|./gsu)) {
    if (part === ',' || part === '=')
      throw badRequest(`invalid field selector: unescaped character in value: ${part.codePointAt(0)}`);
    if (part.startsWith('\\') && !['\\\\', '\\,', '\\='].includes(part))
      throw badRequest(`invalid field selector: invalid escape sequence: ${part}`);
    value += part.startsWith('\\') ? part.slice(1) : part;
  }
  return value;
}
