/**
 * What `kwokctl snapshot record` and `kwokctl snapshot export --record` write: the objects of the beginning, then a
 * ResourcePatch for each change.
 */
import type { ChangeRecord, StoredObject } from '../cassette/cassette-record.ts';
import { applyStrategicPatch } from './apply-strategic-patch.ts';

/**
 * A change (action.kwok.x-k8s.io/v1alpha1).
 * https://github.com/kubernetes-sigs/kwok/blob/main/pkg/apis/action/v1alpha1/resource_patch_types.go
 */
export interface ResourcePatch {
  readonly resource: { readonly group?: string; readonly version: string; readonly resource: string };
  readonly target: { readonly name: string; readonly namespace?: string };
  /** Time since the recording began. */
  readonly durationNanosecond: number;
  readonly method: 'create' | 'patch' | 'delete';
  /** The object for `create`, a strategic merge patch of it for `patch`, nothing for `delete`. */
  readonly template?: Readonly<Record<string, unknown>>;
}

/** Whether an object is such a change. */
export const isResourcePatch = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): boolean => kind === 'ResourcePatch' && apiVersion.startsWith('action.kwok.x-k8s.io/');

/** Follows objects, so that each patch gives the whole object that a watch would have shown. */
export class KwokRecording {
  readonly #objects = new Map<string, StoredObject>();

  /** An object of the beginning. */
  begin(resource: string, object: StoredObject): void {
    this.#objects.set(keyOf(resource, object.metadata), object);
  }

  /** The change that a patch made. Throws an Error for one of an object that the recording does not hold. */
  change({ resource, target, durationNanosecond, method, template }: ResourcePatch): ChangeRecord {
    const { group = '', version, resource: plural } = resource;
    const name = [group, version, plural].filter((part) => part !== '').join('/');
    const key = keyOf(name, target);
    const before = this.#objects.get(key);
    const { namespace, name: targetName } = target;
    const title = [name, [namespace, targetName].filter(Boolean).join('/')].join(' ');
    if (before === undefined && method !== 'create')
      throw new Error(`a ResourcePatch would ${method} ${title}, which the recording does not hold`);
    const object = (
      method === 'delete' ? before : method === 'create' ? template : applyStrategicPatch(before, template)
    ) as StoredObject | undefined;
    if (typeof object?.kind !== 'string') throw new Error(`the ResourcePatch that creates ${title} holds no object`);
    if (method === 'delete') this.#objects.delete(key);
    else this.#objects.set(key, object);
    const change = method === 'delete' ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED';
    return { type: 'change', at: durationNanosecond / 1e6, change, resource: name, object };
  }
}

const keyOf = (resource: string, { namespace = '', name = '' }: { namespace?: string; name?: string }): string =>
  `${resource} ${namespace}/${name}`;
