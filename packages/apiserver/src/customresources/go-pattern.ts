/** Regular expressions as Go writes them, by the engine at hand. */
import { translatePattern } from './translate-pattern.ts';

const compiled = new Map<string, RegExp>();
/** Patterns that are kept; when there are more, all are forgotten. */
const MAX_COMPILED = 1000;

/** The pattern as an expression of this engine. Throws SyntaxError. */
export function goPattern(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(translatePattern(pattern), 'u');
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(pattern, expression);
  }
  return expression;
}

/** What this engine knows and Go's does not: looking ahead and behind, and what a group has matched. */
const FOREIGN = /\(\?<?[=!]|\\[1-9]|\\k</;

/** Why a pattern is none, as Go begins to say it; undefined when it is one. */
export function goPatternError(pattern: string): string | undefined {
  const foreign = FOREIGN.exec(pattern.replace(/\\\\/g, ''))?.[0];
  if (foreign !== undefined) {
    const what = foreign.startsWith('\\') ? 'invalid escape sequence' : 'invalid or unsupported Perl syntax';
    return `error parsing regexp: ${what}: \`${foreign}\``;
  }
  try {
    goPattern(pattern);
    return undefined;
  } catch {
    return `error parsing regexp: invalid expression: \`${pattern}\``;
  }
}
