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

const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';

/** Writes recorded objects and changes, and keeps an account of who else has written. */
export class RecordedState {
  readonly #apiServer: ApiServer;
  /** The revision that each recorded object should have, by resource and key. */
  readonly #revisions = new Map<string, Map<string, number>>();
  readonly #divergences = new Map<string, Divergence>();

  constructor(apiServer: ApiServer) {
    this.#apiServer = apiServer;
  }

  /** Puts the initial objects in place of what a fresh server holds of the same resources. */
  async seed(records: readonly ObjectRecord[]): Promise<void> {
    const definitionsFirst = [...records].sort((a, b) => rank(a) - rank(b));
    for (const { resource, object } of definitionsFirst) await this.#put(resource, object as unknown as KubeObject);
    for (const [resource, recorded] of this.#revisions) {
      const { items } = await this.#apiServer.storage.list(this.#prefixOf(resource), {});
      for (const { key } of items) if (!recorded.has(key)) await this.#remove(resource, key);
    }
  }

  /** Makes a recorded change. What a client has done to the same object before is noted, and gives way. */
  async apply({ change, resource, object }: ChangeRecord): Promise<void> {
    const recorded = object as unknown as KubeObject;
    await this.#note(resource, objectKey(recorded));
    if (change !== 'DELETED') return this.#put(resource, recorded);
    await this.#remove(resource, objectKey(recorded));
    this.#revisions.get(resource)?.delete(objectKey(recorded));
  }

  /** Everything by which clients have departed from the recording so far. */
  async divergences(): Promise<Divergence[]> {
    for (const [resource, recorded] of this.#revisions) {
      const { items } = await this.#apiServer.storage.list(this.#prefixOf(resource), {});
      for (const key of new Set([...recorded.keys(), ...items.map((item) => item.key)]))
        await this.#note(resource, key);
    }
    return [...this.#divergences.values()];
  }

  async #note(resource: string, key: string): Promise<void> {
    const expected = this.#revisions.get(resource)?.get(key);
    const found = (await this.#apiServer.storage.get(this.#prefixOf(resource), key))?.revision;
    if (expected === found) return;
    const kind = found === undefined ? 'missing' : expected === undefined ? 'unexpected' : 'changed';
    this.#divergences.set(`${resource} ${key}`, { kind, resource, key });
  }

  async #put(resource: string, object: KubeObject): Promise<void> {
    const key = objectKey(object);
    const { storage } = this.#apiServer;
    const prefix = this.#prefixOf(resource);
    let found = await storage.get(prefix, key);
    if (found === undefined && resource === DEFINITIONS) {
      await this.#define(object);
      found = await storage.get(prefix, key);
    }
    const fields = structuredClone(object); // storage freezes what it takes
    const stored =
      found === undefined
        ? await storage.create(prefix, key, fields)
        : await storage.update(prefix, key, found, fields);
    const revisions = this.#revisions.get(resource) ?? new Map<string, number>();
    this.#revisions.set(resource, revisions.set(key, stored.revision));
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

  async #remove(resource: string, key: string): Promise<void> {
    const { storage } = this.#apiServer;
    const found = await storage.get(this.#prefixOf(resource), key);
    if (found !== undefined) await storage.delete(this.#prefixOf(resource), key, found);
  }

  #prefixOf(resource: string): string {
    const parts = resource.split('/');
    const group = parts.length === 3 ? (parts[0] ?? '') : '';
    const store = this.#apiServer.catalog.storeOf(group, parts.at(-1) ?? '');
    if (store === undefined) throw new Error(`the recorded resource ${resource} is not served here`);
    return store.prefix;
  }
}

/** Definitions come before the objects that they define. */
const rank = ({ resource }: ObjectRecord): number => (resource === DEFINITIONS ? 0 : 1);
