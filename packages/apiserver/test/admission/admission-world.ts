/** A store, a clock and the built-in rules, for tests of admission. */
import { FakeClock, isStatusError, type KubeObject, seededRandom } from '@towtank/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../../src/admission/admission.ts';
import { builtInAdmission } from '../../src/admission/built-in-admission.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';

/** A request for admission, as tests write it. */
export interface Asked {
  readonly resource?: string;
  readonly operation?: AdmissionAttributes['operation'];
  readonly namespace?: string;
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly subresource?: string;
  readonly dryRun?: boolean;
}

/** What a rule works on in a test: namespace `x` with its default service account. */
export interface World {
  readonly storage: MemoryStorage;
  readonly clock: FakeClock;
  /** Stores an object; `prefix` as in storage. */
  add(prefix: string, object: KubeObject): Promise<void>;
  /** Runs the rules of these names (all of them, when none is named) and answers the object, or `403 message`. */
  ask(asked: Asked, ...plugins: string[]): Promise<KubeObject | string>;
}

/** A fresh world. */
export async function admissionWorld(): Promise<World> {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const storage = new MemoryStorage({ clock });
  const all = builtInAdmission({ storage, clock, random: seededRandom('admission') });
  const add: World['add'] = async (prefix, object) => {
    const { name, namespace } = object.metadata;
    await storage.create(prefix, namespace === undefined ? `${name}` : `${namespace}/${name}`, object);
  };
  await add('namespaces', { metadata: { name: 'x' }, status: { phase: 'Active' } });
  await add('serviceaccounts', { metadata: { name: 'default', namespace: 'x' } });
  return {
    storage,
    clock,
    add,
    async ask(asked, ...names) {
      const plugins = all.filter(({ name }) => names.length === 0 || names.includes(name));
      return await run(plugins, attributesOf(asked));
    },
  };
}

async function run(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes): Promise<KubeObject | string> {
  try {
    for (const plugin of plugins) await plugin.admit?.(attributes);
    for (const plugin of plugins) await plugin.validate?.(attributes);
    return attributes.object ?? { metadata: {} };
  } catch (reason) {
    if (!isStatusError(reason)) throw reason;
    return `${reason.code} ${reason.message}`;
  }
}

function attributesOf(asked: Asked): AdmissionAttributes {
  const { resource: name = 'pods', object, oldObject, namespace = 'x' } = asked;
  const resource = resourceTable().find((row) => row.resource === name);
  if (resource === undefined) throw new Error(`no resource ${name}`);
  return {
    operation: asked.operation ?? 'CREATE',
    resource,
    subresource: asked.subresource ?? '',
    namespace: resource.namespaced ? namespace : '',
    name: object?.metadata.name ?? oldObject?.metadata.name ?? '',
    object: object === undefined ? undefined : structuredClone(object),
    oldObject,
    user: { name: 'tester' },
    dryRun: asked.dryRun ?? false,
    round: { isSecond: false, wantsSecond: false },
    options: {},
    warn: () => {},
  };
}

/** A pod with one container, `main`. */
export const pod = (spec: object = {}, container: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [{ name: 'main', image: 'i', ...container }], ...spec },
});
