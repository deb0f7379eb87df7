/** What the real compiler says of an expression that it cannot read. */

const OPERANDS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const TOKEN =
  /\s+|\/\/[^\n]*|(?<operand>(?:[rRbB]{0,2})(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|0x[0-9a-fA-F]+u?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?|\.\d+(?:[eE][+-]?\d+)?|[A-Za-z_]\w*)|(?<open>[[({])|(?<close>[\])}])|(?<operator>&&|\|\||==|!=|<=|>=|[-+*/%<>?:.,!])/y;

interface Token {
  readonly text: string;
  readonly at: number;
  readonly kind: 'operand' | 'open' | 'close' | 'operator' | 'end';
}

/** A fault with its place, as the real compiler shows it: line, column, the line itself and an arrow. */
export function showFault(expression: string, offset: number, message: string): string {
  const before = expression.slice(0, offset).split('\n');
  const line = before.length;
  const column = before.at(-1)?.length ?? 0;
  const text = expression.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

/** The message for an expression that does not parse; `offset` is where our own parser gave up. */
export function syntaxError(expression: string, offset: number): string {
  const optional = /\.\?|\[\?/.exec(expression);
  if (optional !== null) return showFault(expression, optional.index, `unsupported syntax '${optional[0]}'`);
  const { at, message } = firstFault(expression) ?? { at: offset, message: unexpected(expression, offset) };
  return showFault(expression, at, `Syntax error: ${message}`);
}

function unexpected(expression: string, offset: number): string {
  const text = expression.slice(offset, offset + 1);
  return text === '' ? `mismatched input '<EOF>' expecting ${OPERANDS}` : `mismatched input '${text}' expecting <EOF>`;
}

/** The first token that cannot stand where it stands. */
function firstFault(expression: string): { at: number; message: string } | undefined {
  const tokens = tokensOf(expression);
  if (!Array.isArray(tokens)) {
    const letter = expression.charAt(tokens.unknownAt);
    return { at: tokens.unknownAt, message: `token recognition error at: '${letter}'` };
  }
  let wantsOperand = true;
  for (const [index, { text, at, kind }] of tokens.entries()) {
    const starts = kind === 'operand' || kind === 'open' || text === '-' || text === '!' || text === '.';
    if (wantsOperand && !starts && !isEmptyBracket(tokens, index)) {
      const next = tokens[index + 1];
      const skips = next?.kind === 'operand' || next?.kind === 'open';
      return { at, message: `${skips ? 'extraneous' : 'mismatched'} input '${text}' expecting ${OPERANDS}` };
    }
    if (!wantsOperand && (kind === 'operand' ? text !== 'in' : text === '!'))
      return { at, message: `extraneous input '${text}' expecting <EOF>` };
    wantsOperand = text === 'in' || kind === 'open' || kind === 'operator';
  }
  return undefined;
}

const isEmptyBracket = (tokens: readonly Token[], index: number): boolean =>
  tokens[index]?.kind === 'close' && (tokens[index - 1]?.kind === 'open' || tokens[index - 1]?.text === ',');

function tokensOf(expression: string): Token[] | { unknownAt: number } {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(expression)?.groups;
    if (groups === undefined) return { unknownAt: at };
    const found = Object.entries(groups).find(([, text]) => text !== undefined);
    if (found !== undefined) tokens.push({ kind: found[0] as Token['kind'], text: found[1] ?? '', at });
  }
  return [...tokens, { kind: 'end', text: '<EOF>', at: expression.length }];
}
