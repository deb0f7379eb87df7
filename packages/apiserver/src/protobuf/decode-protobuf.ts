/** Request bodies of clients that write protocol buffers, as those in Go do for built-in kinds. */
import { badRequest, type StatusError } from '@towtank/apimachinery';
import type { JsonObject } from '../schema/own-property.ts';
import { decodeMessage } from './decode-message.ts';
import { messageNameOf, messageType } from './message-type.ts';
import { readFields, WireError, type WireField } from './wire-reader.ts';

/** The media type of {@link decodeProtobuf}. */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

/** What every object in this form begins with. */
export const PROTOBUF_PREFIX: Buffer = Buffer.from('k8s\0');

/**
 * The object in a body, as the JSON that it stands for. Undefined for a kind that has no such form, which is a 415.
 * Throws 400 for what is no message; `kind` is the one that the request is about.
 */
export function decodeProtobuf(body: Uint8Array, kind: string): JsonObject | undefined {
  if (!PROTOBUF_PREFIX.equals(body.subarray(0, PROTOBUF_PREFIX.length)))
    throw unreadable(
      kind,
      `provided data does not appear to be a protobuf message, expected prefix [${PROTOBUF_PREFIX.join(' ')}]`,
    );
  try {
    return decodeEnvelope(body.subarray(PROTOBUF_PREFIX.length));
  } catch (reason) {
    if (!(reason instanceof WireError)) throw reason;
    throw unreadable(kind, `proto: ${reason.message}`, reason);
  }
}

/** An envelope names the type of the message in it. */
function decodeEnvelope(bytes: Uint8Array): JsonObject | undefined {
  const envelope = fieldsOf(bytes);
  const typeMeta = fieldsOf(envelope.get(1) ?? new Uint8Array());
  const apiVersion = text(typeMeta.get(1));
  const kind = text(typeMeta.get(2));
  const name = messageNameOf(apiVersion, kind);
  if (messageType(name) === undefined) return undefined;
  return { kind, apiVersion, ...decodeMessage(envelope.get(2) ?? new Uint8Array(), name) };
}

function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const isText = ({ value }: WireField): boolean => typeof value !== 'bigint';
  return new Map(
    readFields(bytes)
      .filter(isText)
      .map(({ number, value }) => [number, value as Uint8Array]),
  );
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

const unreadable = (kind: string, why: string, cause?: unknown): StatusError =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why}`, { cause });
