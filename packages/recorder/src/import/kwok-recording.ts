/** What `kwokctl snapshot record` writes: objects, then ResourcePatch documents with the time since the one before. */
import type { ChangeRecord, StoredObject } from '../cassette/cassette-record.ts';

/** A change in KWOK's words (action.kwok.x-k8s.io/v1alpha1). */
export interface ResourcePatch {
  readonly resource: { readonly group?: string; readonly version: string; readonly resource: string };
  readonly target: { readonly name: string; readonly namespace?: string };
  /** Time since the recording began. */
  readonly durationNanosecond: number;
  readonly method: 'create' | 'patch' | 'delete';
  /** The object, or a merge patch of it. */
  readonly template?: Readonly<Record<string, unknown>>;
}

/** Follows objects, so that each patch gives the whole object that a watch would have shown. */
export class KwokRecording {
  readonly #objects = new Map<string, StoredObject>();

  /** An object of the beginning. */
  begin(resource: string, object: StoredObject): void {
    this.#objects.set(keyOf(resource, object.metadata), object);
  }

  /** The change that a patch made; undefined for one of an object that is not known. */
  change({ resource, target, durationNanosecond, method, template }: ResourcePatch): ChangeRecord | undefined {
    const { group = '', version, resource: plural } = resource;
    const name = [group, version, plural].filter((part) => part !== '').join('/');
    const key = keyOf(name, target);
    const before = this.#objects.get(key);
    const object = method === 'delete' ? before : (mergePatch(before ?? {}, template) as StoredObject);
    if (object === undefined || typeof object.kind !== 'string') return undefined;
    if (method === 'delete') this.#objects.delete(key);
    else this.#objects.set(key, object);
    const change = method === 'delete' ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED';
    return { type: 'change', at: durationNanosecond / 1e6, change, resource: name, object };
  }
}

const keyOf = (resource: string, { namespace = '', name = '' }: { namespace?: string; name?: string }): string =>
  `${resource} ${namespace}/${name}`;

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch ?? target;
  const merged: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name] ?? {}, value);
  }
  return merged;
}
