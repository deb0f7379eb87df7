/** Recorded requests that are most like one that was not recorded. */
import { diffLines } from './diff-lines.ts';
import type { ComparedRequest } from './request-key.ts';

/** A recorded request that can be compared. */
export interface Candidate {
  readonly line: number;
  readonly request: ComparedRequest;
}

const NEAREST_SHOWN = 3;
const DIFF_LINES_SHOWN = 40;

/** The nearest requests, best first. */
export function nearestRequests(wanted: ComparedRequest, candidates: readonly Candidate[]): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, likeness: likeness(wanted, candidate.request) }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, NEAREST_SHOWN)
    .map(({ candidate }) => candidate);
}

/** What differs between a request and a recorded one, as lines: `-` recorded, `+` requested. */
export function requestDiff(recorded: ComparedRequest, wanted: ComparedRequest): string[] {
  const lines = diffLines(requestText(recorded), requestText(wanted));
  const more = lines.length - DIFF_LINES_SHOWN;
  return more > 0 ? [...lines.slice(0, DIFF_LINES_SHOWN), `… and ${more} more lines`] : lines;
}

function requestText({ method, url, body }: ComparedRequest): string {
  const [path, query = ''] = url.split('?');
  const parameters = query === '' ? [] : query.split('&').map((parameter) => `  ${decodeURIComponent(parameter)}`);
  const content = body === undefined ? [] : [typeof body === 'string' ? body : JSON.stringify(body, null, 2)];
  return [`${method} ${path}`, ...parameters, ...content].join('\n');
}

/** Between 0 and 1. The path counts most; then the method, the query, the body. */
function likeness(a: ComparedRequest, b: ComparedRequest): number {
  const [pathA = '', queryA = ''] = a.url.split('?');
  const [pathB = '', queryB = ''] = b.url.split('?');
  const path = overlap(pathA.split('/'), pathB.split('/'));
  const query = overlap(queryA.split('&'), queryB.split('&'));
  const body = JSON.stringify(a.body) === JSON.stringify(b.body) ? 1 : 0;
  return 0.6 * path + 0.2 * (a.method === b.method ? 1 : 0) + 0.1 * query + 0.1 * body;
}

/** Share of the elements that stand at the same place from either end. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same += 1;
  let tail = 0;
  while (tail < shorter - same && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return (same + tail) / Math.max(a.length, b.length);
}
