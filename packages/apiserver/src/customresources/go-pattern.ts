/** Regular expressions as Go writes them, by the engine at hand. */

const FLAGS = /^\(\?([imsU]+)\)/;
const compiled = new Map<string, RegExp>();
/** Patterns that are kept; when there are more, all are forgotten. */
const MAX_COMPILED = 1000;

/** The pattern as an expression of this engine. Throws SyntaxError. */
export function goPattern(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const flags = FLAGS.exec(pattern)?.[1] ?? '';
    expression = new RegExp(translated(pattern.replace(FLAGS, '')), `u${flags.replace('U', '')}`);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(pattern, expression);
  }
  return expression;
}

/** Why a pattern is none, as Go begins to say it; undefined when it is one. */
export function goPatternError(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern) || /\\[1-9]/.test(pattern))
    return `error parsing regexp: invalid or unsupported Perl syntax: \`${/\(\?<?[=!]|\\[1-9]/.exec(pattern)?.[0]}\``;
  try {
    goPattern(pattern);
    return undefined;
  } catch {
    return `error parsing regexp: invalid expression: \`${pattern}\``;
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** Escapes that Go knows and this engine does not, and the other way round. */
function translated(pattern: string): string {
  return pattern
    .replace(/\[:(\w+):\]/g, (all, name: string) => CLASSES[name] ?? all)
    .replace(/\(\?P</g, '(?<')
    .replace(/\\(.)/gs, (all, letter: string) => {
      if (letter === 'A') return '^';
      if (letter === 'z') return '$';
      return /[a-zA-Z0-9^$\\.*+?()[\]{}|/-]/.test(letter) ? safeDash(all) : letter;
    });
}

/** In unicode mode a dash may be escaped only inside of a class. */
const safeDash = (text: string): string => (text === '\\-' ? '\\x2d' : text);
