/** Rewrites what Go's regular expressions have and those of this engine lack: flags inside, named classes, anchors. */

/** Flags that hold to the end of the group they stand in. */
interface Flags {
  readonly ignoresCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

const NO_FLAGS: Flags = { ignoresCase: false, multiline: false, dotAll: false };
const FLAGS = /\(\?(?<on>[imsU]*)(?:-(?<off>[imsU]+))?(?<end>[:)])/y;
const NAMED_GROUP = /\(\?P?<(?<name>[A-Za-z_]\w*)>/y;
const CLASS = /\[(?<not>\^?)(?<body>\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*)\]/y;
const ESCAPE = /\\(?:Q(?<literal>[\s\S]*?)(?:\\E|$)|x\{(?<code>[0-9a-fA-F]+)\}|[pP](?:\{\^?\w+\}|\w)|.)/suy;

const NAMED_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** The same pattern for an expression in unicode mode, without any flag of its own. */
export function translatePattern(pattern: string): string {
  const outer: Flags[] = [];
  let flags = NO_FLAGS;
  let at = 0;
  let text = '';
  const match = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    return expression.exec(pattern);
  };
  while (at < pattern.length) {
    const inline = match(FLAGS);
    const found = inline ?? match(NAMED_GROUP) ?? match(CLASS) ?? match(ESCAPE);
    const groups = found?.groups ?? {};
    const letter = pattern[at] ?? '';
    if (inline !== null) {
      if (groups.end === ':') outer.push(flags);
      flags = changed(flags, groups.on ?? '', groups.off ?? '');
      text += groups.end === ':' ? '(?:' : '';
    } else if (groups.name !== undefined) {
      outer.push(flags);
      text += `(?<${groups.name}>`;
    } else if (groups.body !== undefined) text += `[${groups.not}${translateClass(groups.body, flags)}]`;
    else if (found !== null) text += translateEscape(found[0], groups);
    else {
      if (letter === '(') outer.push(flags);
      if (letter === ')') flags = outer.pop() ?? NO_FLAGS;
      text += translateLetter(letter, flags);
    }
    at += found?.[0].length ?? 1;
  }
  return text;
}

const changed = (flags: Flags, on: string, off: string): Flags => ({
  ignoresCase: (flags.ignoresCase || on.includes('i')) && !off.includes('i'),
  multiline: (flags.multiline || on.includes('m')) && !off.includes('m'),
  dotAll: (flags.dotAll || on.includes('s')) && !off.includes('s'),
});

function translateLetter(letter: string, { ignoresCase, multiline, dotAll }: Flags): string {
  if (letter === '.') return dotAll ? '[^]' : '[^\\n]';
  if (letter === '^' && multiline) return '(?<![^\\n])';
  if (letter === '$' && multiline) return '(?![^\\n])';
  return ignoresCase && /[a-zA-Z]/.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : letter;
}

function translateEscape(sequence: string, { literal, code }: Record<string, string | undefined>): string {
  if (literal !== undefined) return literal.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
  if (code !== undefined) return `\\u{${code}}`;
  const letter = sequence[1] ?? '';
  if (letter === 'A') return '^';
  if (letter === 'z') return '$';
  if (letter === 'a') return '\\x07';
  if (/^\\[pP]\w$/.test(sequence)) return `\\${letter}{${sequence[2]}}`;
  // in unicode mode only what has a meaning may be escaped
  return letter === '' || /[\w^$\\.*+?()[\]{}|/]/.test(letter) ? sequence : asCode(letter);
}

const asCode = (letter: string): string => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;

/** Inside of brackets letters stand for themselves, but for escapes, ranges and named classes. */
function translateClass(body: string, { ignoresCase }: Flags): string {
  const named = body.replace(/\[:(\^?)(\w+):\]/g, (all, not: string, name: string) =>
    not === '' ? (NAMED_CLASSES[name] ?? all) : all,
  );
  const escaped = named.replace(/\\(.)|([[\]{}()|/&!#%,:;<=>@`~])/g, (all, letter?: string, plain?: string) =>
    plain !== undefined ? asCode(plain) : /[\wdDsSwW\\\]^-]/.test(letter ?? '') ? all : asCode(letter ?? ''),
  );
  const safe = escaped.replace(/^-|-$/g, '\\-').replace(/(\\[dDsSwW])-/g, '$1\\-');
  return ignoresCase ? safe + otherCases(safe) : safe;
}

/** The letters and ranges of letters of a class in their other case. */
const otherCases = (body: string): string =>
  [...body.replace(/\\(?:u\{[0-9a-f]+\}|x..|.)/g, '').matchAll(/([a-z])-([a-z])|([A-Z])-([A-Z])|[a-zA-Z]/g)]
    .map(([all]) => (all.toLowerCase() === all ? all.toUpperCase() : all.toLowerCase()))
    .join('');
