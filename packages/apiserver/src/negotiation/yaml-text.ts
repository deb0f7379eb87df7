/** Values as YAML text, in the style of the real API server: sorted keys, lists at the indent of their key. */

/** The YAML of a JSON value, with a final line break. Fields that are undefined are left out. */
export function yamlText(value: unknown): string {
  if (isEmptyOrScalar(value)) return `${flow(value, 0)}\n`;
  return Array.isArray(value) ? blockList(value, 0) : blockMap(value as object, 0);
}

const isEmptyOrScalar = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Array.isArray(value) ? value : Object.keys(value)).length === 0;

const indentOf = (depth: number): string => ' '.repeat(depth);

function blockMap(map: object, depth: number, first = indentOf(depth)): string {
  let text = '';
  let lead = first;
  for (const key of Object.keys(map).sort()) {
    const value: unknown = (map as Record<string, unknown>)[key];
    if (value === undefined) continue;
    text += `${lead}${keyText(key)}:${entryText(value, depth)}`;
    lead = indentOf(depth);
  }
  return text;
}

/** What follows the colon of a key. A list stands below its key without further indent, a map with it. */
function entryText(value: unknown, depth: number): string {
  if (isEmptyOrScalar(value)) return ` ${flow(value, depth + 2)}\n`;
  return `\n${Array.isArray(value) ? blockList(value, depth) : blockMap(value as object, depth + 2)}`;
}

function blockList(list: readonly unknown[], depth: number, first = indentOf(depth)): string {
  let text = '';
  let lead = first;
  for (const item of list) {
    if (isEmptyOrScalar(item)) text += `${lead}- ${flow(item, depth + 2)}\n`;
    else if (Array.isArray(item)) text += blockList(item, depth + 2, `${lead}- `);
    else text += blockMap(item as object, depth + 2, `${lead}- `);
    lead = indentOf(depth);
  }
  return text;
}

function flow(value: unknown, depth: number): string {
  if (typeof value === 'string') return stringText(value, depth);
  if (Array.isArray(value)) return '[]';
  return value === null || value === undefined ? 'null' : typeof value === 'object' ? '{}' : String(value);
}

const keyText = (key: string): string => (key.includes('\n') ? JSON.stringify(key) : stringText(key, 0));

/** Texts that YAML 1.1 would read as something else: null, booleans, numbers, times. They stand in double quotes. */
const AMBIGUOUS =
  /^(?:|~|null|Null|NULL|<<|=|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-fA-F_]+|[\d][\d_]*)|[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?)$/;

/** Texts that cannot stand without quotes because of what they begin with, hold or end with. */
const INDICATORS = /^[#,[\]{}&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|^\s|\s$|:(?:\s|$)|\s#/;

/** Characters that only an escape can write. */
const SPECIAL = /(?![\t\n])[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u;

/** Texts of several lines that a block would change: blanks at an end, or nothing but line breaks. */
const NO_BLOCK = /[ \t]$|^\n* |^\n+$/;

function stringText(text: string, depth: number): string {
  if (SPECIAL.test(text) || / \n/.test(text)) return doubleQuoted(text);
  if (text.includes('\n')) return NO_BLOCK.test(text) ? doubleQuoted(text) : literal(text, depth);
  if (AMBIGUOUS.test(text)) return `"${text}"`;
  return INDICATORS.test(text) || text.includes('\t') ? singleQuoted(text) : text;
}

const singleQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
};

function doubleQuoted(text: string): string {
  const escaped = text.replace(
    /["\\\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/gu,
    (character) => ESCAPES[character] ?? codePoint(character),
  );
  return `"${escaped}"`;
}

function codePoint(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A text of several lines as a block; the sign behind the bar says how many line breaks end it. */
function literal(text: string, depth: number): string {
  const breaks = /\n*$/.exec(text)?.[0].length ?? 0;
  const sign = breaks === 0 ? '-' : breaks === 1 ? '' : '+';
  const body = breaks === 0 ? text : text.slice(0, -1);
  const lines = body.split('\n').map((line) => (line === '' ? '' : indentOf(depth) + line));
  return `|${sign}\n${lines.join('\n')}`;
}
