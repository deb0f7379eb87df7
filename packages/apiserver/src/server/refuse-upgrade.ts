/** The plain HTTP answer to an upgrade that is not granted. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiResponse } from '@towtank/apimachinery';

/** Writes a response of the core to a raw connection and closes it. Streams are not written: only their head is. */
export function refuseUpgrade(socket: Duplex, response: ApiResponse, auditId?: string): void {
  const body = bodyOf(response);
  const audit = auditId === undefined ? {} : { 'audit-id': auditId };
  const headers = { ...response.headers, ...audit, 'content-length': String(body.length), connection: 'close' };
  const head = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}

function bodyOf(response: ApiResponse): Buffer {
  if (response.type === 'bytes') return Buffer.from(response.body);
  if (response.type !== 'object') return Buffer.alloc(0);
  const bytes = response.encode();
  return bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(bytes);
}
