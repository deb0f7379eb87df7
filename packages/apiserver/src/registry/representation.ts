/** How an object is shown: as itself, as a Table, as its metadata; and in which version. */
import type { EncodedEvent, KubeObject } from '@towtank/apimachinery';
import type { StoredObject } from '../storage/stored-object.ts';

/** A way to show stored objects, for single answers and watches alike. */
export interface Representation {
  /** Distinguishes representations of the same resource: the key of cached forms. */
  readonly name: string;
  /** The value that stands for one object. */
  object(stored: StoredObject): unknown;
  /** Its JSON bytes. */
  encode(stored: StoredObject): Buffer;
  /** Its JSON bytes and a line break. */
  line(stored: StoredObject): Buffer;
  /** A bookmark in this representation. */
  bookmark(object: KubeObject): EncodedEvent;
}

const bookmarkOf = (object: KubeObject): EncodedEvent => ({
  type: 'BOOKMARK',
  object,
  frame: () => Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`),
});

/** The object itself, in the version in which it is stored; its bytes are those of storage. */
export const plainRepresentation: Representation = {
  name: 'plain',
  object: ({ object }) => object,
  encode: (stored) => stored.encoded().line.subarray(0, -1),
  line: (stored) => stored.encoded().line,
  bookmark: bookmarkOf,
};

/** A representation that is computed from the object, once per revision. */
export const derivedRepresentation = (name: string, derive: (object: KubeObject) => unknown): Representation => ({
  name,
  object: (stored) => stored.representation(name, derive),
  encode: (stored) => Buffer.from(JSON.stringify(stored.representation(name, derive))),
  line: (stored) => Buffer.from(`${JSON.stringify(stored.representation(name, derive))}\n`),
  bookmark: (object) => bookmarkOf(derive(object) as KubeObject),
});
