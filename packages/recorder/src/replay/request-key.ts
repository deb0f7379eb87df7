/** What makes two requests the same. */
import { hashOf } from '../cassette/stored-body.ts';
import type { Redactor } from '../redaction/redactor.ts';

/** A request as it is compared. */
export interface ComparedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Parsed, where it is JSON; text otherwise; undefined where there is none. */
  readonly body: unknown;
}

/** Makes requests equal that differ in something without meaning. */
export type Normaliser = (request: ComparedRequest) => ComparedRequest;

const TIME_FIELD = /(time|timestamp|restartedAt)$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** The request that a key is made of: redacted like those in the cassette, with sorted query and fields, without times. */
export function comparedRequest(
  { method, url, bytes }: { readonly method: string; readonly url: string; readonly bytes: Uint8Array },
  redactor: Redactor,
  normalisers: readonly Normaliser[] = [],
): ComparedRequest {
  const stored = redactor.body(bytes, { url });
  // What is not kept in a cassette cannot be compared.
  const isComparable = bytes.length > 0 && !('omitted' in stored);
  const body = !isComparable ? undefined : 'json' in stored ? stored.json : parsed(stored);
  const request = { method, url: sortedUrl(redactor.url(url)), body: withoutTimes(body, '') };
  return normalisers.reduce<ComparedRequest>((compared, normalise) => normalise(compared), request);
}

/** The same text for requests that are the same. */
export function requestKey({ method, url, body }: ComparedRequest): string {
  const content = body === undefined ? '' : hashOf(Buffer.from(JSON.stringify(body)));
  return `${method} ${url} ${content}`;
}

/** Clients choose the timeout of a watch at random, and write parameters in any order. */
function sortedUrl(url: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  const isWatch = /(^|&)watch=/.test(query);
  const kept = parameters.filter((parameter) => !isWatch || !parameter.startsWith('timeoutSeconds='));
  return kept.length === 0 ? path : `${path}?${kept.map(canonical).sort().join('&')}`;
}

/** One spelling of a parameter, since clients escape differently. */
function canonical(parameter: string): string {
  try {
    const [name = '', ...value] = parameter.split('=');
    const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
    return `${encodeURIComponent(decode(name))}=${encodeURIComponent(decode(value.join('=')))}`;
  } catch {
    return parameter;
  }
}

function parsed(stored: object): unknown {
  const { text } = stored as { text?: string };
  if (text === undefined) return stored;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Helm labels its releases with the seconds since the epoch. */
const isTime = (name: string, value: string): boolean =>
  (TIME_FIELD.test(name) && TIME.test(value)) || (name === 'modifiedAt' && /^\d{10}$/.test(value));

function withoutTimes(value: unknown, name: string): unknown {
  if (typeof value === 'string') return isTime(name, value) ? '<time>' : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => withoutTimes(element, name));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, withoutTimes(field, key)]),
  );
}
