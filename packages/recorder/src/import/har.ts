/** Exchanges from and to HAR 1.2, as browsers and proxies write it. Streams and WebSockets have no place in it. */
import { CassetteIndex } from '../cassette/cassette-index.ts';
import type { StoredHeaders } from '../cassette/cassette-record.ts';
import { utf8TextOf } from '../cassette/stored-body.ts';
import type { RawExchange } from './import-exchanges.ts';

/** The parts of a HAR file that are read and written. */
export interface Har {
  readonly log: {
    readonly version: string;
    readonly creator: { readonly name: string; readonly version: string };
    readonly entries: readonly HarEntry[];
  };
}

interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: HarMessage & {
    readonly method: string;
    readonly url: string;
    readonly postData?: { readonly mimeType: string; readonly text: string };
  };
  readonly response: HarMessage & {
    readonly status: number;
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: string;
    };
  };
  readonly cache: object;
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number };
}

interface HarMessage {
  readonly httpVersion: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** The exchanges of a HAR file, for `importExchanges`. Throws an Error for what is no HAR. */
export function exchangesFromHar(har: unknown): RawExchange[] {
  const entries = (har as Partial<Har> | null)?.log?.entries;
  if (!Array.isArray(entries)) throw new Error('the file is no HAR: it has no log.entries');
  return (entries as readonly HarEntry[]).map(({ request, response }) => {
    const { pathname, search } = new URL(request.url);
    const { text, encoding } = response.content ?? {};
    const body = encoding === 'base64' && text !== undefined ? Buffer.from(text, 'base64').toString('utf8') : text;
    return {
      request: {
        method: request.method,
        path: pathname + search,
        headers: plainHeaders(request.headers),
        ...(request.postData === undefined ? {} : { body: request.postData.text }),
      },
      response: {
        status: response.status,
        headers: plainHeaders(response.headers),
        ...(body === undefined ? {} : { body }),
      },
    };
  });
}

/** The exchanges of a cassette as HAR; those whose answer is a stream are left out. Throws CassetteError. */
export async function harFromCassette(path: string): Promise<Har> {
  const entries: HarEntry[] = [];
  await using index = await CassetteIndex.open(path, () => {});
  for (const { method, url, headers, place, response, isStream } of index.exchanges) {
    if (response === undefined || isStream) continue;
    const [request, answer] = [await index.recordAt(place), await index.recordAt(response)];
    if (request.type !== 'request' || answer.type !== 'response') continue;
    const sent = await index.bytesOf(request.body);
    const received = (await index.bytesOf(answer.body)) ?? Buffer.alloc(0);
    const waitMs = answer.at - request.at;
    entries.push({
      startedDateTime: new Date(request.at).toISOString(),
      time: waitMs,
      request: {
        method,
        url: `http://localhost${url}`,
        httpVersion: 'HTTP/1.1',
        headers: harHeaders(headers),
        ...(sent === undefined ? {} : { postData: { mimeType: mimeOf(headers), text: sent.toString('utf8') } }),
      },
      response: {
        status: answer.status,
        httpVersion: 'HTTP/1.1',
        headers: harHeaders(answer.headers ?? {}),
        content: { size: received.length, mimeType: mimeOf(answer.headers ?? {}), ...contentOf(received) },
      },
      cache: {},
      timings: { send: 0, wait: waitMs, receive: 0 },
    });
  }
  return { log: { version: '1.2', creator: { name: 'towtank', version: '1' }, entries } };
}

function contentOf(bytes: Buffer): { readonly text: string; readonly encoding?: string } {
  const text = utf8TextOf(bytes);
  return text === undefined ? { text: bytes.toString('base64'), encoding: 'base64' } : { text };
}

/** Fields about the packing of the body do not fit the body of a HAR, which is unpacked. */
const plainHeaders = (headers: HarMessage['headers'] = []): Record<string, string> =>
  Object.fromEntries(
    headers
      .map(({ name, value }): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !/^(:|(content-(length|encoding)|transfer-encoding|connection|host|date)$)/.test(name)),
  );

const harHeaders = (headers: StoredHeaders): { name: string; value: string }[] =>
  Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value: String(value) })));

const mimeOf = (headers: StoredHeaders): string => String(headers['content-type'] ?? 'application/octet-stream');
