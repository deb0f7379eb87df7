/** Takes credentials out of a record of a cassette. */
import type { CassetteRecord, FrameRecord, StoredBody, StoredObject } from '../cassette/cassette-record.ts';
import { bytesOf, storeBytes } from '../cassette/stored-body.ts';
import type { FrameRedactors, Redactor } from './redactor.ts';

/** What is known of the exchange that a record belongs to. */
export interface ExchangeContext {
  readonly url: string;
  /** For the frames of its stream, where they are pieces of text. */
  readonly frames: FrameRedactors | undefined;
}

/** The record without credentials. */
export function redactRecord(record: CassetteRecord, redactor: Redactor, exchange?: ExchangeContext): CassetteRecord {
  const { url = '/', frames } = exchange ?? {};
  switch (record.type) {
    case 'cassette':
      return record.source === undefined ? record : { ...record, source: redactor.text(record.source) };
    case 'request':
      return { ...record, url: redactor.url(record.url), ...redactedParts(record, redactor, record.url) };
    case 'frame':
      return { ...record, ...(maskedFrame(record, frames) ?? redactedParts(record, redactor, url)) };
    case 'response':
    case 'body':
      return { ...record, ...redactedParts(record, redactor, url) };
    case 'object':
    case 'change':
      return { ...record, object: redactor.value(record.object, record.resource === 'v1/secrets') as StoredObject };
    default:
      return record;
  }
}

/** Whether a frame holds content, and does not only keep a WebSocket in order. */
export const holdsContent = ({ op = 'binary' }: Pick<FrameRecord, 'op'>): boolean => op === 'binary' || op === 'text';

function maskedFrame(record: FrameRecord, frames: FrameRedactors | undefined): Parts | undefined {
  const bytes = frames === undefined || !holdsContent(record) ? undefined : bytesOf(record.body);
  return bytes === undefined ? undefined : { body: storeBytes(frames?.[record.from ?? 'server'].mask(bytes) ?? bytes) };
}

interface Parts {
  readonly headers?: Parameters<Redactor['headers']>[0];
  readonly body?: StoredBody;
}

function redactedParts({ headers, body }: Parts, redactor: Redactor, url: string): Parts {
  const bytes = body === undefined ? undefined : bytesOf(body);
  const contentType = [headers?.['content-type'] ?? ''].flat()[0];
  return {
    ...(headers === undefined ? {} : { headers: redactor.headers(headers) }),
    ...(bytes === undefined ? {} : { body: redactor.body(bytes, { url, contentType }) }),
  };
}
