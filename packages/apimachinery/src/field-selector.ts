/** Field selectors: `metadata.name=web,status.phase!=Running`. */
import { badRequest } from './api-errors.ts';

/** One requirement of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Parses the text form of a request's `fieldSelector`. Throws 400 with Kubernetes' message. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map(parseTerm);
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let term = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') term += text[at++] ?? '';
    else if (text[at] === ',') {
      terms.push(term);
      term = '';
      continue;
    }
    term += text[at] ?? '';
  }
  return [...terms, term];
}

function parseTerm(term: string): FieldRequirement {
  const match = /^([^=!]*)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, operator: operator === '!=' ? '!=' : '=', value: value.replace(/\\([\\,=])/g, '$1') };
}
