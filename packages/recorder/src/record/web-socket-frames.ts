/** WebSocket framing (RFC 6455): messages out of bytes, and bytes out of messages. */

/** A message, or a control frame. */
export interface WebSocketMessage {
  readonly op: 'text' | 'binary' | 'close' | 'ping' | 'pong';
  readonly data: Buffer;
}

const OPERATIONS = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' } as const;
const CODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** A message that is larger is an error: what clients of Kubernetes send is far smaller. */
const MESSAGE_LIMIT_BYTES = 64 << 20;

/** Finds messages in the bytes of one direction, whose pieces may end anywhere. */
export class WebSocketDecoder {
  #rest: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #op: 'text' | 'binary' = 'binary';

  /** Takes bytes and answers the messages that they complete. Throws an Error for what is no WebSocket. */
  push(chunk: Uint8Array): WebSocketMessage[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const messages: WebSocketMessage[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      const message = this.#assemble(frame);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  #next(): { readonly code: number; readonly final: boolean; readonly data: Buffer } | undefined {
    const bytes = this.#rest;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (second & 0x80) !== 0;
    const head = 2 + lengthBytes + (masked ? 4 : 0);
    if (bytes.length < head) return undefined;
    const length =
      lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (length > MESSAGE_LIMIT_BYTES) throw new Error(`a WebSocket frame of ${length} bytes is too large`);
    if (bytes.length < head + length) return undefined;
    const data = Buffer.from(bytes.subarray(head, head + length));
    if (masked) unmask(data, bytes.subarray(head - 4, head));
    this.#rest = bytes.subarray(head + length);
    return { code: first & 0x0f, final: (first & 0x80) !== 0, data };
  }

  #assemble({ code, final, data }: { code: number; final: boolean; data: Buffer }): WebSocketMessage | undefined {
    if (code >= 8) return { op: operationOf(code), data };
    if (code !== 0) this.#op = operationOf(code) as 'text' | 'binary';
    this.#parts.push(data);
    this.#partsBytes += data.length;
    if (this.#partsBytes > MESSAGE_LIMIT_BYTES) throw new Error('a WebSocket message is too large');
    if (!final) return undefined;
    const message = { op: this.#op, data: Buffer.concat(this.#parts) };
    this.#parts = [];
    this.#partsBytes = 0;
    return message;
  }
}

/** The bytes of a message from a server, which are not masked. */
export function encodeWebSocketMessage({ op, data }: WebSocketMessage): Buffer {
  const { length } = data;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | CODES[op];
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, data]);
}

function operationOf(code: number): WebSocketMessage['op'] {
  const op = OPERATIONS[code as keyof typeof OPERATIONS];
  if (op === undefined) throw new Error(`a WebSocket frame has the unknown opcode ${code}`);
  return op;
}

function unmask(data: Buffer, mask: Buffer): void {
  for (let at = 0; at < data.length; at += 1) data[at] = (data[at] ?? 0) ^ (mask[at % 4] ?? 0);
}
