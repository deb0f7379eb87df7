/** An object at one revision, with its bytes. */
import type { KubeObject, ObjectMeta } from '@towtank/apimachinery';
import { deepFreeze } from './deep-freeze.ts';
import type { EncodingCache } from './encoding-cache.ts';
import type { ItemBlock } from './item-block.ts';
import { JsonWriter } from './json-writer.ts';
import { slabBuffer } from './slab-buffer.ts';

/** `{"kind":"Pod","apiVersion":"v1",` is left out of list items: this is where the rest of the bytes begins. */
export interface EncodedObject {
  /** The bytes with a line break behind them, as an answer ends. */
  readonly line: Buffer;
  /** Offset behind the type fields; the byte before it can be replaced by `{`. */
  readonly bodyOffset: number;
}

/** A revision of an object, which never changes; its bytes are shared by all who read it while they are remembered. */
export class StoredObject {
  readonly key: string;
  readonly revision: number;
  /** The block of list items that begins with this object, while it is its newest revision. */
  block: ItemBlock | undefined;
  readonly #object: KubeObject;
  readonly #cache: EncodingCache | undefined;
  #frozen = false;
  #era = -1;
  #encoded: EncodedObject | undefined;
  #representations: Map<string, unknown> | undefined;

  /** The object is not changed any more by whoever hands it over. Without a cache its bytes are kept as long as it is. */
  constructor(key: string, object: KubeObject, revision: number, cache?: EncodingCache) {
    this.key = key;
    this.#object = object;
    this.revision = revision;
    this.#cache = cache;
    this.block = undefined;
  }

  /** The object, which is frozen when somebody first looks at it: most that are only sent as bytes never are. */
  get object(): KubeObject {
    if (!this.#frozen) {
      deepFreeze(this.#object);
      this.#frozen = true;
    }
    return this.#object;
  }

  get era(): number {
    return this.#era;
  }

  /** The JSON bytes, with `kind` and `apiVersion` first as the real server writes them. */
  encoded(): EncodedObject {
    const encoded = this.#encoded ?? encodeObject(this.#object);
    this.#encoded = encoded;
    const cache = this.#cache;
    if (cache !== undefined && cache.era !== this.#era) this.#era = cache.admit(this, encoded.line.length);
    return encoded;
  }

  /** The bytes for somebody who keeps them: made if need be, but not remembered for this. */
  encodedOnce(): EncodedObject {
    return this.#encoded ?? encodeObject(this.#object);
  }

  forgetEncoding(): void {
    this.#encoded = undefined;
  }

  /** A newer revision has come: what is remembered for readers of the present state goes. */
  supersede(): void {
    this.block = undefined;
    this.#encoded = undefined;
    this.#representations = undefined;
  }

  /** A derived form (a Table row, metadata only), made once. */
  representation<T>(name: string, make: (object: KubeObject) => T): T {
    this.#representations ??= new Map();
    if (!this.#representations.has(name)) this.#representations.set(name, make(this.object));
    return this.#representations.get(name) as T;
  }
}

const writer = new JsonWriter();

/** Encodes an object so that its type fields can be cut off. */
export function encodeObject(object: KubeObject): EncodedObject {
  writer.begin();
  writer.openObject();
  writeField('kind', object.kind);
  writeField('apiVersion', object.apiVersion);
  const bodyOffset = writer.length + 1;
  for (const field in object) {
    if (field === 'metadata') writeMetadata(object.metadata);
    else if (field !== 'kind' && field !== 'apiVersion') writeField(field, object[field]);
  }
  writer.closeObject();
  writer.lineBreak();
  return { line: slabBuffer(writer.bytes()), bodyOffset };
}

function writeField(name: string, value: unknown): void {
  if (value === undefined) return;
  writer.name(name);
  writer.value(value);
}

/** The managers of fields come last, as the real server writes them. */
function writeMetadata(metadata: ObjectMeta): void {
  writer.name('metadata');
  writer.openObject();
  for (const field in metadata) if (field !== 'managedFields') writeField(field, metadata[field as keyof ObjectMeta]);
  writeField('managedFields', metadata.managedFields);
  writer.closeObject();
}
