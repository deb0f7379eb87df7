/** How deep a YAML text nests, found without reading it: readers of YAML recurse, and deep enough they break. */

/** Far beyond any real object, within what recursive readers bear. */
export const MAX_YAML_DEPTH: number = 500;

/**
 * Whether the text may nest deeper than {@link MAX_YAML_DEPTH}. Text inside of scalars is counted as if it had a meaning,
 * so that only texts with hundreds of unclosed brackets or indentations are refused wrongly.
 */
export function isTooDeep(text: string): boolean {
  const indents: number[] = [];
  let brackets = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    indentLine(indents, text, { start, end });
    brackets = bracketsAfter(brackets, text, { start, end });
    if (brackets + indents.length > MAX_YAML_DEPTH) return true;
    start = end + 1;
  }
  return false;
}

interface Line {
  readonly start: number;
  readonly end: number;
}

/** Each of `- - key` begins a level of its own. Lines that are not indented further end the levels beside them. */
function indentLine(indents: number[], text: string, { start, end }: Line): void {
  let at = start;
  for (;;) {
    while (at < end && text[at] === ' ') at += 1;
    if (at >= end) return;
    while (indents.length > 0 && (indents.at(-1) ?? 0) >= at - start) indents.pop();
    indents.push(at - start);
    const isIndicator = (text[at] === '-' || text[at] === '?' || text[at] === ':') && text[at + 1] === ' ';
    if (!isIndicator || indents.length > MAX_YAML_DEPTH) return;
    at += 2;
  }
}

function bracketsAfter(before: number, text: string, { start, end }: Line): number {
  let open = before;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) open += 1;
    else if ((code === 0x5d || code === 0x7d) && open > 0) open -= 1;
    if (open > MAX_YAML_DEPTH) return open;
  }
  return open;
}
