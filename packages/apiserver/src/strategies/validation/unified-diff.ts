/** The difference of two texts as `diff -u` writes it, with the hunks that Kubernetes' difflib chooses. */

const CONTEXT = 3;

/** Lines `[from, to)` of both texts: the same in both, or replaced. */
interface Change {
  readonly same: boolean;
  readonly beforeFrom: number;
  readonly beforeTo: number;
  readonly afterFrom: number;
  readonly afterTo: number;
}

/** A run of lines that stands in both texts. */
interface Match {
  readonly before: number;
  readonly after: number;
  readonly size: number;
}

/** What changed from one text to another, with three lines around each change; no header. Empty when nothing did. */
export function unifiedDiff(before: string, after: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')];
  return hunks(changes(old, next))
    .map((hunk) => formatHunk(hunk, old, next))
    .join('');
}

function formatHunk(hunk: readonly Change[], before: readonly string[], after: readonly string[]): string {
  const [first, last] = [hunk[0] as Change, hunk[hunk.length - 1] as Change];
  const removed = range(first.beforeFrom, last.beforeTo);
  const lines = [`@@ -${removed} +${range(first.afterFrom, last.afterTo)} @@`];
  for (const { same, beforeFrom, beforeTo, afterFrom, afterTo } of hunk) {
    for (const line of before.slice(beforeFrom, beforeTo)) lines.push(`${same ? ' ' : '-'}${line}`);
    if (!same) for (const line of after.slice(afterFrom, afterTo)) lines.push(`+${line}`);
  }
  return `${lines.join('\n')}\n`;
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Changes in groups, cut where more lines stay the same than two contexts hold. */
function hunks(all: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  let group: Change[] = [];
  for (const [index, change] of all.entries()) {
    const length = change.beforeTo - change.beforeFrom;
    if (!change.same || (length <= 2 * CONTEXT && index > 0 && index < all.length - 1)) {
      group.push(change);
      continue;
    }
    if (index > 0) groups.push([...group, head(change)]);
    group = index < all.length - 1 ? [tail(change)] : [];
  }
  if (group.length > 0) groups.push(group);
  return groups.filter((changed) => changed.some(({ same }) => !same));
}

const head = (change: Change): Change => ({
  ...change,
  beforeTo: Math.min(change.beforeTo, change.beforeFrom + CONTEXT),
  afterTo: Math.min(change.afterTo, change.afterFrom + CONTEXT),
});

const tail = (change: Change): Change => ({
  ...change,
  beforeFrom: Math.max(change.beforeFrom, change.beforeTo - CONTEXT),
  afterFrom: Math.max(change.afterFrom, change.afterTo - CONTEXT),
});

function changes(before: readonly string[], after: readonly string[]): Change[] {
  const found: Change[] = [];
  let [i, j] = [0, 0];
  for (const match of [...matches(before, after), { before: before.length, after: after.length, size: 0 }]) {
    if (i < match.before || j < match.after)
      found.push({ same: false, beforeFrom: i, beforeTo: match.before, afterFrom: j, afterTo: match.after });
    [i, j] = [match.before + match.size, match.after + match.size];
    if (match.size > 0)
      found.push({ same: true, beforeFrom: match.before, beforeTo: i, afterFrom: match.after, afterTo: j });
  }
  return found;
}

/** The longest run first, then those before and after it, and so on; neighbours as one. */
function matches(before: readonly string[], after: readonly string[]): Match[] {
  const places = placesOf(after);
  const found: Match[] = [];
  const visit = (alo: number, ahi: number, blo: number, bhi: number): void => {
    const match = longestMatch(before, after, places, { alo, ahi, blo, bhi });
    if (match.size === 0) return;
    visit(alo, match.before, blo, match.after);
    found.push(match);
    visit(match.before + match.size, ahi, match.after + match.size, bhi);
  };
  visit(0, before.length, 0, after.length);
  return mergeNeighbours(found);
}

function mergeNeighbours(found: readonly Match[]): Match[] {
  const merged: Match[] = [];
  for (const match of found) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last.before + last.size === match.before && last.after + last.size === match.after)
      merged[merged.length - 1] = { ...last, size: last.size + match.size };
    else merged.push(match);
  }
  return merged;
}

/** Where each line stands. In a long text, lines that make up more than a hundredth of it are no place to start. */
function placesOf(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  }
  const most = Math.floor(lines.length / 100) + 1;
  if (lines.length >= 200) for (const [line, { length }] of places) if (length > most) places.delete(line);
  return places;
}

function longestMatch(
  before: readonly string[],
  after: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  { alo, ahi, blo, bhi }: { alo: number; ahi: number; blo: number; bhi: number },
): Match {
  let [i, j, size] = [alo, blo, 0];
  let lengths = new Map<number, number>();
  for (let line = alo; line < ahi; line += 1) {
    const next = new Map<number, number>();
    for (const place of places.get(before[line] as string) ?? []) {
      if (place < blo || place >= bhi) continue;
      const length = (lengths.get(place - 1) ?? 0) + 1;
      next.set(place, length);
      if (length > size) [i, j, size] = [line - length + 1, place - length + 1, length];
    }
    lengths = next;
  }
  while (i > alo && j > blo && before[i - 1] === after[j - 1]) [i, j, size] = [i - 1, j - 1, size + 1];
  while (i + size < ahi && j + size < bhi && before[i + size] === after[j + size]) size += 1;
  return { before: i, after: j, size };
}
