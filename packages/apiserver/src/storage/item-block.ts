/** The bytes of neighbouring list items, kept together so that a list costs what has changed since the last one. */
import type { StoredObject } from './stored-object.ts';

/** Neighbours in the order of their keys, and their JSON with a comma before each. */
export interface ItemBlock {
  readonly items: readonly StoredObject[];
  readonly typed: boolean;
  readonly bytes: Buffer;
}

/** How to encode items. */
export interface ItemEncoding {
  /** Whether items repeat their kind and apiVersion. */
  readonly typed: boolean;
  /** Whether these are all objects of a resource or of a namespace of it, so that their blocks are worth keeping. */
  readonly whole: boolean;
}

/** About how many objects a block has. */
const BLOCK_ITEMS = 64;
const COMMA = Buffer.from(',');
const COMMA_OPEN = Buffer.from(',{');

const known = new WeakMap<readonly StoredObject[], { readonly typed: boolean; readonly parts: readonly Buffer[] }>();

/** The JSON of list items, commas included, in parts that are shared with other lists. */
export function encodeItems(items: readonly StoredObject[], encoding: ItemEncoding): readonly Buffer[] {
  const { typed, whole } = encoding;
  const before = known.get(items);
  if (before?.typed === typed) return before.parts;
  const parts = blocksOf(items, encoding);
  if (parts[0] !== undefined) parts[0] = parts[0].subarray(COMMA.length);
  if (whole) known.set(items, { typed, parts });
  return parts;
}

function blocksOf(items: readonly StoredObject[], { typed, whole }: ItemEncoding): Buffer[] {
  const parts: Buffer[] = [];
  let loose: Buffer[] = [];
  for (let at = 0; at < items.length; ) {
    const first = items[at] as StoredObject;
    const block = first.block;
    if (block !== undefined && block.typed === typed && isAt(block.items, items, at)) {
      if (loose.length > 0) parts.push(Buffer.concat(loose));
      loose = [];
      parts.push(block.bytes);
      at += block.items.length;
    } else if (whole) {
      const end = endOfBlock(items, at);
      first.block = encodeBlock(items.slice(at, end), typed);
      parts.push(first.block.bytes);
      at = end;
    } else {
      loose.push(...itemBytes(first, typed, true));
      at += 1;
    }
  }
  if (loose.length > 0) parts.push(Buffer.concat(loose));
  return parts;
}

function isAt(block: readonly StoredObject[], items: readonly StoredObject[], at: number): boolean {
  for (let index = 0; index < block.length; index += 1) if (block[index] !== items[at + index]) return false;
  return true;
}

/** Blocks end where a key says so, not after a number of items: then objects come and go without moving all ends. */
function endOfBlock(items: readonly StoredObject[], start: number): number {
  const first = items[start] as StoredObject;
  const namespace = first.key.slice(0, first.key.indexOf('/') + 1);
  for (let at = start + 1; at < items.length; at += 1) {
    const { key } = items[at] as StoredObject;
    if (beginsBlock(key) || !key.startsWith(namespace)) return at;
  }
  return items.length;
}

function beginsBlock(key: string): boolean {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  // the low bits alone follow the last character too closely
  return ((hash ^ (hash >>> 15)) & (BLOCK_ITEMS - 1)) === 0;
}

const encodeBlock = (items: readonly StoredObject[], typed: boolean): ItemBlock => ({
  items,
  typed,
  bytes: Buffer.concat(items.flatMap((item) => itemBytes(item, typed, false))),
});

function itemBytes(item: StoredObject, typed: boolean, remembered: boolean): Buffer[] {
  const { line, bodyOffset } = remembered ? item.encoded() : item.encodedOnce();
  return typed ? [COMMA, line.subarray(0, -1)] : [COMMA_OPEN, line.subarray(bodyOffset, -1)];
}
