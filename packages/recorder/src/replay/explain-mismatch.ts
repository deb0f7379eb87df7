/** Says why a request has no recorded answer. */
import type { CassetteIndex, IndexedExchange } from '../cassette/cassette-index.ts';
import { type Candidate, nearestRequests, requestDiff } from './nearest-requests.ts';
import { ReplayMismatchError } from './replay-mismatch-error.ts';
import type { Match, ReplayPlan } from './replay-plan.ts';
import type { ComparedRequest } from './request-key.ts';

/** What an explanation looks into. */
export interface MismatchContext {
  readonly index: CassetteIndex;
  readonly plan: ReplayPlan;
  compare(request: { readonly method: string; readonly url: string; readonly bytes: Uint8Array }): ComparedRequest;
}

/** Requests beyond this many are not looked through for likeness of their bodies. */
const COMPARED_LIMIT = 2000;

/** The error for a request: what is missing, the nearest recorded requests, and the difference from the nearest. */
export async function explainMismatch(
  wanted: ComparedRequest,
  match: Exclude<Match, { readonly exchange: IndexedExchange }>,
  context: MismatchContext,
): Promise<ReplayMismatchError> {
  const { method, url } = wanted;
  const { path } = context.index;
  const title = `${method} ${url}`;
  if (match.missing === 'early') {
    const { before } = match;
    const then = `${before.method} ${before.url} (line ${before.place.line})`;
    return new ReplayMismatchError(
      method,
      url,
      `${title} was recorded in ${path} after ${then}, which has not been requested yet`,
    );
  }
  if (match.missing === 'used')
    return new ReplayMismatchError(
      method,
      url,
      `${title} was recorded in ${path}, but every recorded answer has been given or belongs before a write that has been made`,
    );
  const candidates = await candidatesOf(context);
  const nearest = nearestRequests(wanted, candidates);
  const [best] = nearest;
  if (best === undefined)
    return new ReplayMismatchError(method, url, `${title} was not recorded in ${path}: it holds no requests`);
  const list = nearest.map(({ line, request }) => `  line ${line}: ${request.method} ${request.url}`);
  const diff = requestDiff(best.request, wanted).map((line) => `  ${line}`);
  const explanation = [
    `${title} was not recorded in ${path}. Nearest:`,
    ...list,
    `Difference from line ${best.line} (- recorded, + requested):`,
    ...diff,
  ];
  return new ReplayMismatchError(method, url, explanation.join('\n'));
}

async function candidatesOf({ index, compare }: MismatchContext): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const { place, method, url } of index.exchanges.slice(0, COMPARED_LIMIT)) {
    const record = await index.recordAt(place);
    const bytes = record.type === 'request' ? await index.bytesOf(record.body) : undefined;
    candidates.push({ line: place.line, request: compare({ method, url, bytes: bytes ?? Buffer.alloc(0) }) });
  }
  return candidates;
}
