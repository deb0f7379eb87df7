/** The recorded state, put into the storage of an API server as it was: uids, times and status included. */
import { type KubeObject, objectKey } from '@towtank/apimachinery';
import type { ApiServer } from '@towtank/apiserver';
import type { ChangeRecord, ObjectRecord } from '@towtank/recorder';

/** A difference between what a client has done and what was recorded. */
export interface Divergence {
  /** `changed`: other than recorded. `missing`: recorded, but not there. `unexpected`: there, but not recorded. */
  readonly kind: 'changed' | 'missing' | 'unexpected';
  /** Group, version and plural. */
  readonly resource: string;
  /** `namespace/name`, or the name. */
  readonly key: string;
}

/** What the recording holds of a resource that no API server of this process serves. */
export interface UnservedResource {
  /** Group, version and plural. */
  readonly resource: string;
  /** How many objects and changes were left out so far. */
  readonly left: number;
}

/** Where the objects of a resource are kept. Resources of several versions or groups share one place. */
interface Place {
  readonly prefix: string;
  /** The resource by which it was met first, for reports. */
  readonly resource: string;
  /** The revision that each recorded object should have, by key. */
  readonly revisions: Map<string, number>;
}

const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';

/** Writes recorded objects and changes, and keeps an account of who else has written. */
export class RecordedState {
  readonly #apiServer: ApiServer;
  /** By prefix in storage. */
  readonly #places = new Map<string, Place>();
  readonly #unserved = new Map<string, number>();
  readonly #divergences = new Map<string, Divergence>();

  constructor(apiServer: ApiServer) {
    this.#apiServer = apiServer;
  }

  /** Puts the initial objects in place of what a fresh server holds of the same resources. */
  async seed(records: readonly ObjectRecord[]): Promise<void> {
    const definitionsFirst = [...records].sort((a, b) => rank(a) - rank(b));
    for (const { resource, object } of definitionsFirst) await this.#put(resource, object as unknown as KubeObject);
    for (const place of this.#places.values()) {
      const { items } = await this.#apiServer.storage.list(place.prefix, {});
      for (const { key } of items) if (!place.revisions.has(key)) await this.#remove(place, key);
    }
  }

  /** What has been left out so far because it is not served here. */
  get unserved(): UnservedResource[] {
    return [...this.#unserved].map(([resource, left]) => ({ resource, left }));
  }

  /** Makes a recorded change. What a client has done to the same object before is noted, and gives way. */
  async apply({ change, resource, object }: ChangeRecord): Promise<void> {
    const recorded = object as unknown as KubeObject;
    const place = this.#placeOf(resource);
    if (place !== undefined) await this.#note(place, objectKey(recorded));
    if (place === undefined || change !== 'DELETED') return this.#put(resource, recorded);
    await this.#remove(place, objectKey(recorded));
    place.revisions.delete(objectKey(recorded));
  }

  /** Everything by which clients have departed from the recording so far. */
  async divergences(): Promise<Divergence[]> {
    for (const place of this.#places.values()) {
      const { items } = await this.#apiServer.storage.list(place.prefix, {});
      for (const key of new Set([...place.revisions.keys(), ...items.map((item) => item.key)]))
        await this.#note(place, key);
    }
    return [...this.#divergences.values()];
  }

  async #note({ prefix, resource, revisions }: Place, key: string): Promise<void> {
    const expected = revisions.get(key);
    const found = (await this.#apiServer.storage.get(prefix, key))?.revision;
    if (expected === found) return;
    const kind = found === undefined ? 'missing' : expected === undefined ? 'unexpected' : 'changed';
    this.#divergences.set(`${resource} ${key}`, { kind, resource, key });
  }

  async #put(resource: string, object: KubeObject): Promise<void> {
    const place = this.#placeOf(resource);
    if (place === undefined) return void this.#unserved.set(resource, (this.#unserved.get(resource) ?? 0) + 1);
    const { prefix, revisions } = place;
    const key = objectKey(object);
    const { storage } = this.#apiServer;
    let found = await storage.get(prefix, key);
    if (found === undefined && resource === DEFINITIONS) {
      await this.#define(object);
      found = await storage.get(prefix, key);
    }
    const fields = this.#stored(resource, object);
    const stored =
      found === undefined
        ? await storage.create(prefix, key, fields)
        : await storage.update(prefix, key, found, fields);
    revisions.set(key, stored.revision);
  }

  /** A definition goes through the API once, so that its resources are served from then on. */
  async #define(object: KubeObject): Promise<void> {
    const { status: _, ...fields } = object;
    const { resourceVersion: __, uid: ___, ...metadata } = object.metadata;
    const response = await this.#apiServer.handle({
      method: 'POST',
      url: `/apis/${DEFINITIONS}`,
      headers: { 'content-type': 'application/json' },
      object: { ...fields, metadata },
      user: { name: 'system:apiserver', groups: ['system:masters'] },
    });
    if (response.status !== 201) throw new Error(`the recorded definition ${object.metadata.name} is not accepted`);
  }

  async #remove({ prefix }: Place, key: string): Promise<void> {
    const { storage } = this.#apiServer;
    const found = await storage.get(prefix, key);
    if (found !== undefined) await storage.delete(prefix, key, found);
  }

  /** The object in the version that is stored; a copy, since storage freezes what it takes. */
  #stored(resource: string, object: KubeObject): KubeObject {
    const copy = structuredClone(object);
    return this.#served(resource)?.toStored?.(copy) ?? copy;
  }

  /** Undefined for what is not served. Custom resources are from when their definition has been put here. */
  #placeOf(resource: string): Place | undefined {
    const prefix = this.#served(resource)?.store?.prefix;
    if (prefix === undefined) return undefined;
    const place = this.#places.get(prefix) ?? { prefix, resource, revisions: new Map<string, number>() };
    this.#places.set(prefix, place);
    return place;
  }

  #served(resource: string): ReturnType<ApiServer['catalog']['find']> {
    const [plural = '', version = '', group = ''] = resource.split('/').reverse();
    return this.#apiServer.catalog.find(group, version, plural);
  }
}

/** Definitions come before the objects that they define. */
const rank = ({ resource }: ObjectRecord): number => (resource === DEFINITIONS ? 0 : 1);
