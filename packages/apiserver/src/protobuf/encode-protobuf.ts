/** Answers for clients that read protocol buffers, as those in Go prefer to for built-in kinds. */
import { type EncodedEvent, type KubeObject, StatusError, type Watch } from '@towtank/apimachinery';
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { ByteCache } from './byte-cache.ts';
import { PROTOBUF_PREFIX } from './decode-protobuf.ts';
import { encodeMessage } from './encode-message.ts';
import { messageNameOf, messageType } from './message-type.ts';
import { WireWriter } from './wire-writer.ts';

/** Bytes of messages of stored objects that are kept in each generation. */
const CACHED_BYTES = 8 * 1024 * 1024;

const messages = new ByteCache(CACHED_BYTES);

/** An object or a list in its envelope. Throws 406 for kinds that have no such form. */
export function encodeProtobuf(value: unknown): Buffer {
  const { apiVersion = '', kind = '' } = isJsonObject(value) ? (value as { apiVersion?: string; kind?: string }) : {};
  const writer = new WireWriter();
  // the media type and encoding of what is inside: empty, and written for all that
  for (const field of [4, 3]) {
    writer.varint(0);
    writer.tag(field, 2);
  }
  writer.bytes(messageOf(value as JsonObject, apiVersion, kind));
  writer.delimit(2, EMPTY_FIELDS);
  const start = writer.length;
  writeText(writer, 2, kind);
  writeText(writer, 1, apiVersion);
  writer.delimit(1, start);
  writer.bytes(PROTOBUF_PREFIX);
  return writer.finish();
}

/** Bytes of the two empty fields that end an envelope. */
const EMPTY_FIELDS = 4;

/** Objects of storage are frozen and shared, so that their messages are worth keeping. */
function messageOf(value: JsonObject, apiVersion: string, kind: string): Buffer {
  const name = messageNameOf(apiVersion, kind);
  if (messageType(name) === undefined) {
    if (Array.isArray(value.items) && kind.endsWith('List')) return listMessage(value, apiVersion, kind.slice(0, -4));
    throw notEncodable(kind, apiVersion);
  }
  return Object.isFrozen(value) ? messages.get(value, () => encodeMessage(value, name)) : encodeMessage(value, name);
}

function listMessage({ metadata, items }: JsonObject, apiVersion: string, kind: string): Buffer {
  const writer = new WireWriter();
  for (const item of [...(items as JsonObject[])].reverse()) {
    const start = writer.length;
    writer.bytes(messageOf(item, apiVersion, kind));
    writer.delimit(2, start);
  }
  const start = writer.length;
  writer.bytes(encodeMessage(isJsonObject(metadata) ? metadata : {}, 'meta/v1.ListMeta'));
  writer.delimit(1, start);
  return writer.finish();
}

function writeText(writer: WireWriter, number: number, text: string): void {
  const start = writer.length;
  writer.text(text);
  writer.delimit(number, start);
}

/** Whether objects of a kind have this form. */
export const isEncodable = (apiVersion: string, kind: string): boolean =>
  messageType(messageNameOf(apiVersion, kind)) !== undefined;

/** 406 for what only JSON and YAML can say, such as a Table. */
export const notEncodable = (kind: string, apiVersion: string): StatusError =>
  new StatusError(
    406,
    'NotAcceptable',
    `object *${apiVersion.split('/').at(-1)}.${kind} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`,
  );

/** The media type of a watch whose events come with their lengths before them. */
export const PROTOBUF_WATCH_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf;stream=watch';

/** Bytes of the length before each event of a watch. */
export const FRAME_HEAD_BYTES = 4;

const framed = new WeakMap<EncodedEvent, EncodedEvent>();

/** The watch with events in this form. Events that watchers share are encoded once for all of them. */
export const watchInProtobuf = (watch: Watch): Watch => ({
  start: (sink) => watch.start({ event: (event) => sink.event(inProtobuf(event)), end: () => sink.end() }),
  close: () => watch.close(),
});

function inProtobuf(event: EncodedEvent): EncodedEvent {
  let encoded = framed.get(event);
  if (encoded === undefined) {
    encoded = new ProtobufEvent(event);
    framed.set(event, encoded);
  }
  return encoded;
}

class ProtobufEvent implements EncodedEvent {
  readonly #event: EncodedEvent;
  #frame: Buffer | undefined;

  constructor(event: EncodedEvent) {
    this.#event = event;
  }

  get type(): EncodedEvent['type'] {
    return this.#event.type;
  }

  get object(): EncodedEvent['object'] {
    return this.#event.object;
  }

  frame(): Buffer {
    this.#frame ??= frameOf(this.type, this.object as KubeObject);
    return this.#frame;
  }
}

function frameOf(type: string, object: KubeObject): Buffer {
  const writer = new WireWriter();
  writer.bytes(encodeProtobuf(object));
  writer.delimit(1, 0);
  writer.delimit(2, 0);
  writeText(writer, 1, type);
  const { length } = writer;
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(length);
  writer.bytes(head);
  return writer.finish();
}
