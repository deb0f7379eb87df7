/** The wire format of protocol buffers, as far as Kubernetes uses it: reading only. */

/** A text that is no message. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A field as it stands on the wire: a number, or the bytes of a text or a nested message. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** The fields of a message, in order. Throws {@link WireError}. */
export function readFields(bytes: Uint8Array): WireField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const number = Number(tag.value >> 3n);
    if (number === 0) throw new WireError('illegal tag 0');
    const field = readValue(view, bytes, tag.end, Number(tag.value & 7n));
    fields.push({ number, value: field.value });
    at = field.end;
  }
  return fields;
}

interface Read<T> {
  readonly value: T;
  /** Offset of what follows. */
  readonly end: number;
}

function readValue(view: DataView, bytes: Uint8Array, at: number, wireType: number): Read<bigint | Uint8Array> {
  switch (wireType) {
    case 0:
      return readVarint(bytes, at);
    case 1:
      need(bytes, at + 8);
      return { value: view.getBigUint64(at, true), end: at + 8 };
    case 2: {
      const length = readVarint(bytes, at);
      const end = length.end + Number(length.value);
      need(bytes, end);
      return { value: bytes.subarray(length.end, end), end };
    }
    case 5:
      need(bytes, at + 4);
      return { value: BigInt(view.getUint32(at, true)), end: at + 4 };
    default:
      throw new WireError(`illegal wireType ${wireType}`);
  }
}

function need(bytes: Uint8Array, end: number): void {
  if (end > bytes.length) throw new WireError('unexpected EOF');
}

function readVarint(bytes: Uint8Array, start: number): Read<bigint> {
  let value = 0n;
  for (let at = start, shift = 0n; ; at += 1, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new WireError('unexpected EOF');
    if (shift > 63n) throw new WireError('integer overflow');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}
