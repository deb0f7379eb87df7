/** Which header fields travel through the recorder, and which are worth keeping. */
import type { IncomingMessage } from 'node:http';
import type { StoredHeaders } from '../cassette/cassette-record.ts';

/** Fields that belong to one connection (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Fields that differ each time and that no client acts upon; without them two recordings can be compared. */
const NOISE = new Set([
  'audit-id',
  'content-length',
  'date',
  'host',
  'kubectl-session',
  'sec-websocket-accept',
  'sec-websocket-key',
  'sec-websocket-version',
  'traceparent',
  'x-kubernetes-pf-flowschema-uid',
  'x-kubernetes-pf-prioritylevel-uid',
]);

/** Every field of a message but those of its connection. */
export function passedHeaders({ headersDistinct }: IncomingMessage): Record<string, string | string[]> {
  const named = new Set((headersDistinct.connection ?? []).flatMap((value) => value.toLowerCase().split(/\s*,\s*/)));
  const passed: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (HOP_BY_HOP.has(name) || named.has(name)) continue;
    passed[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return passed;
}

/** The fields that a cassette keeps. */
export const keptHeaders = (headers: Readonly<Record<string, string | string[]>>): StoredHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOISE.has(name)));

/**
 * An Accept field without protocol buffers, where something else is accepted too: credentials can be found in JSON
 * only, and only JSON can be read and compared.
 */
export function withoutProtobuf(accept: string): string {
  const kinds = accept.split(',').map((kind) => kind.trim());
  const others = kinds.filter((kind) => !kind.startsWith('application/vnd.kubernetes.protobuf'));
  return others.length === 0 ? accept : others.join(',');
}
