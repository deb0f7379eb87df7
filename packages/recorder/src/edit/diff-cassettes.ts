/** What two recordings of the same have in common, and what not. */
import { CassetteIndex } from '../cassette/cassette-index.ts';
import { Redactor } from '../redaction/redactor.ts';
import { diffLines } from '../replay/diff-lines.ts';
import { comparedRequest, requestKey } from '../replay/request-key.ts';

/** A difference between two cassettes. */
export interface CassetteDifference {
  /** `removed` stands in the first only, `added` in the second only; `changed` is answered differently. */
  readonly kind: 'removed' | 'added' | 'changed';
  readonly method: string;
  readonly url: string;
  /** For `changed`: lines with `-` and `+`. */
  readonly lines: readonly string[];
}

/** Values that are new in each recording. */
const VOLATILE = /^(uid|resourceVersion|creationTimestamp|time|continue|.*Time|.*Timestamp)$/;

/** The differences, in the order of the first cassette, then of the second. Streams are compared by their head. */
export async function diffCassettes(first: string, second: string): Promise<CassetteDifference[]> {
  const [a, b] = [await answersOf(first), await answersOf(second)];
  const differences: CassetteDifference[] = [];
  for (const [key, { method, url, text }] of a) {
    const other = b.get(key);
    if (other === undefined) differences.push({ kind: 'removed', method, url, lines: [] });
    else if (other.text !== text)
      differences.push({ kind: 'changed', method, url, lines: diffLines(text, other.text) });
  }
  for (const [key, { method, url }] of b) if (!a.has(key)) differences.push({ kind: 'added', method, url, lines: [] });
  return differences;
}

interface AnswerText {
  readonly method: string;
  readonly url: string;
  readonly text: string;
}

async function answersOf(path: string): Promise<Map<string, AnswerText>> {
  const redactor = new Redactor();
  const keys: string[] = [];
  await using index = await CassetteIndex.open(path, ({ method, url }, bytes) => {
    keys.push(requestKey(comparedRequest({ method, url: withoutVersions(url), bytes }, redactor)));
  });
  const answers = new Map<string, AnswerText>();
  const times = new Map<string, number>();
  for (const [at, { method, url, response }] of index.exchanges.entries()) {
    const key = keys[at] ?? '';
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    const record = response === undefined ? undefined : await index.recordAt(response);
    const body = record?.type === 'response' ? await index.bytesOf(record.body) : undefined;
    const head = record?.type === 'response' ? `status ${record.status}` : 'no answer';
    answers.set(`${key} ${nth}`, { method, url, text: `${head}\n${comparableText(body)}` });
  }
  return answers;
}

const withoutVersions = (url: string): string => url.replace(/([?&]resourceVersion=)\d+/g, '$1*');

function comparableText(body: Buffer | undefined): string {
  const text = body?.toString('utf8') ?? '';
  try {
    return JSON.stringify(JSON.parse(text), (name, value) => (VOLATILE.test(name) ? '*' : value), 2);
  } catch {
    return text;
  }
}
