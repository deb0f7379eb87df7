/** Which bytes of an upgraded connection are content, and of which of its channels. */
import type { StoredHeaders } from './cassette-record.ts';

/**
 * How content is laid out: `channels` has the number of a channel before each message, `spdy` has frames of SPDY/3.1,
 * inside of a WebSocket or not, `plain` is content alone.
 */
export type StreamLayout = 'channels' | 'spdy' | 'plain';

/** Bytes of one message that belong to one channel. */
export interface ChannelPart {
  readonly channel: number;
  readonly start: number;
  readonly end: number;
}

/** The layout that a server has agreed to, by the header fields of its answer. */
export function layoutOf(headers: StoredHeaders): StreamLayout {
  const protocol = String(headers['sec-websocket-protocol'] ?? headers.upgrade ?? '');
  if (/^spdy\//i.test(protocol)) return 'spdy';
  return /(^|\.)channel\.k8s\.io$/.test(protocol) ? 'channels' : 'plain';
}

const SPDY_HEAD_BYTES = 8;
/** SYN_STREAM, SYN_REPLY and HEADERS: the other frames of control come when it suits the sender. */
const SPDY_TELLING = new Set([1, 2, 8]);
/** The size of a terminal, which is another one in each run. */
const RESIZE_CHANNEL = 4;
/** The channel of frames that open streams, of which no bytes are content. */
export const CONTROL_CHANNEL = -1;

/** Finds the content in the messages of one direction, in their order. */
export class ChannelParser {
  readonly #layout: StreamLayout;
  /** The head of a SPDY frame that has not come whole. */
  #head: Buffer = Buffer.alloc(0);
  #channel: number | undefined;
  #left = 0;

  constructor(layout: StreamLayout) {
    this.#layout = layout;
  }

  /** The parts of a message; what is framing belongs to none. */
  parts(message: Uint8Array): ChannelPart[] {
    if (this.#layout === 'spdy') return this.#spdyParts(Buffer.from(message));
    if (this.#layout === 'plain') return [{ channel: 0, start: 0, end: message.length }];
    return message.length === 0 ? [] : [{ channel: message[0] ?? 0, start: 1, end: message.length }];
  }

  /** How much content a message has; a frame that opens a stream counts as one, since its packed size varies. How it is cut into messages is up to the sender, and differs from run to run. */
  contentBytes(message: Uint8Array): number {
    if (this.#layout === 'channels' && message[0] === RESIZE_CHANNEL) return 0;
    return this.parts(message).reduce((sum, { channel, start, end }) => {
      return sum + (channel === CONTROL_CHANNEL ? 1 : end - start);
    }, 0);
  }

  #spdyParts(bytes: Buffer): ChannelPart[] {
    const parts: ChannelPart[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#left === 0) {
        const wanted = SPDY_HEAD_BYTES - this.#head.length;
        this.#head = Buffer.concat([this.#head, bytes.subarray(at, at + wanted)]);
        at += Math.min(wanted, bytes.length - at);
        if (this.#head.length === SPDY_HEAD_BYTES && this.#begin())
          parts.push({ channel: CONTROL_CHANNEL, start: at, end: at });
        continue;
      }
      const end = Math.min(bytes.length, at + this.#left);
      if (this.#channel !== undefined) parts.push({ channel: this.#channel, start: at, end });
      this.#left -= end - at;
      at = end;
    }
    return parts;
  }

  /**
   * A frame of data begins with the number of its stream, one of control with a set bit, a version and its type.
   * Answers whether it opens a stream.
   */
  #begin(): boolean {
    const isControl = ((this.#head[0] ?? 0) & 0x80) !== 0;
    const type = this.#head.readUInt16BE(2);
    this.#channel = isControl ? undefined : this.#head.readUInt32BE(0);
    this.#left = this.#head.readUIntBE(5, 3);
    this.#head = Buffer.alloc(0);
    return isControl && SPDY_TELLING.has(type);
  }
}
