/** Events with bytes that are made once, however many watchers take them. */
import type { EncodedEvent, KubeObject } from '@towtank/apimachinery';
import type { StorageEvent } from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import type { Representation } from './representation.ts';

const FRAME_END = Buffer.from('}\n');

/**
 * Encodes the events of one resource. Storage delivers one event to all watchers before the next, so remembering the
 * last one shares its bytes among them without keeping the bytes of the whole history.
 */
export class EventEncoder {
  #last: StorageEvent | undefined;
  readonly #encoded = new Map<string, EncodedEvent>();

  /** The event that tells of an object in the state a watch begins with. */
  initial(stored: StoredObject, representation: Representation): EncodedEvent {
    return encode('ADDED', stored, representation);
  }

  /** The event as a watcher sees it: `type` depends on what the watcher's selector makes of the change. */
  event(event: StorageEvent, type: 'ADDED' | 'MODIFIED' | 'DELETED', representation: Representation): EncodedEvent {
    if (this.#last !== event) {
      this.#last = event;
      this.#encoded.clear();
    }
    const name = `${type} ${representation.name}`;
    let encoded = this.#encoded.get(name);
    if (encoded === undefined) {
      encoded = encode(
        type,
        type === 'DELETED' && event.type !== 'DELETED' ? departed(event) : event.stored,
        representation,
      );
      this.#encoded.set(name, encoded);
    }
    return encoded;
  }
}

/** The last state that a selector matched, with the revision at which it ceased to. */
function departed({ stored, previous }: StorageEvent): StoredObject {
  const { metadata, ...rest } = (previous ?? stored).object;
  const object: KubeObject = { ...rest, metadata: { ...metadata, resourceVersion: String(stored.revision) } };
  return new StoredObject(stored.key, object, stored.revision);
}

function encode(
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  stored: StoredObject,
  representation: Representation,
): EncodedEvent {
  let frame: Buffer | undefined;
  return {
    type,
    get object() {
      return representation.object(stored) as KubeObject;
    },
    frame() {
      frame ??= Buffer.concat([Buffer.from(`{"type":"${type}","object":`), representation.encode(stored), FRAME_END]);
      return frame;
    },
  };
}
