/** Takes credentials out of a record of a cassette. */
import type { CassetteRecord, StoredBody, StoredObject } from '../cassette/cassette-record.ts';
import { bytesOf } from '../cassette/stored-body.ts';
import type { Redactor } from './redactor.ts';

/** The record without credentials. `url` is that of the exchange that it belongs to. */
export function redactRecord(record: CassetteRecord, redactor: Redactor, url = '/'): CassetteRecord {
  switch (record.type) {
    case 'cassette':
      return record.source === undefined ? record : { ...record, source: redactor.text(record.source) };
    case 'request':
      return { ...record, url: redactor.url(record.url), ...redactedParts(record, redactor, record.url) };
    case 'response':
    case 'frame':
    case 'body':
      return { ...record, ...redactedParts(record, redactor, url) };
    case 'object':
    case 'change':
      return { ...record, object: redactor.value(record.object, record.resource === 'v1/secrets') as StoredObject };
    default:
      return record;
  }
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
