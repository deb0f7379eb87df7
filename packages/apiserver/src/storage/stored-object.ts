/** An object at one revision, with its bytes. */
import type { KubeObject } from '@towtank/apimachinery';

/** `{"kind":"Pod","apiVersion":"v1",` is left out of list items: this is where the rest of the bytes begins. */
export interface EncodedObject {
  readonly bytes: Buffer;
  /** The same bytes with a line break behind them, as an answer ends. */
  readonly line: Buffer;
  /** Offset behind the type fields; the byte before it can be replaced by `{`. */
  readonly bodyOffset: number;
}

/** A revision of an object: frozen, and encoded at most once per representation, however many read it. */
export class StoredObject {
  readonly key: string;
  readonly object: KubeObject;
  readonly revision: number;
  #encoded: EncodedObject | undefined;
  #representations: Map<string, unknown> | undefined;

  constructor(key: string, object: KubeObject, revision: number) {
    this.key = key;
    this.object = object;
    this.revision = revision;
  }

  /** The JSON bytes, with `kind` and `apiVersion` first as the real server writes them. */
  encoded(): EncodedObject {
    this.#encoded ??= encodeObject(this.object);
    return this.#encoded;
  }

  /** A derived form (a Table row, metadata only), made once. */
  representation<T>(name: string, make: (object: KubeObject) => T): T {
    this.#representations ??= new Map();
    if (!this.#representations.has(name)) this.#representations.set(name, make(this.object));
    return this.#representations.get(name) as T;
  }
}

/** Encodes an object so that its type fields can be cut off. */
export function encodeObject({ kind, apiVersion, ...rest }: KubeObject): EncodedObject {
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  const line = Buffer.from(`${head}${JSON.stringify(rest).slice(1)}\n`);
  return { line, bytes: line.subarray(0, -1), bodyOffset: Buffer.byteLength(head) };
}
