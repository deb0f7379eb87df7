/** Serves what definitions define, from the write that accepts one to the end of its last object. */
import {
  type Activity,
  type Clock,
  formatTime,
  type KubeObject,
  type Random,
  type Transport,
} from '@towtank/apimachinery';
import { deepEqual } from '../registry/deep-equal.ts';
import { deleteObject } from '../registry/delete-object.ts';
import type { ResourceStore } from '../registry/resource-store.ts';
import { updateObject } from '../registry/update-object.ts';
import type { WriteContext } from '../registry/write-context.ts';
import type { ResourceCatalog, ServedResource } from '../resources/catalog.ts';
import type { Storage, StorageEvent } from '../storage/storage.ts';
import { loadCel, loadedCel } from './cel/load-cel.ts';
import { compileRules, hasRules } from './cel/run-rules.ts';
import type { CompiledRules } from './custom-resource-strategy.ts';
import {
  DEFINITIONS,
  type Definition,
  type DefinitionNames,
  type DefinitionSpec,
  type DefinitionVersion,
  isTrue,
} from './definition/definition.ts';
import { namesStatus, withConditions } from './definition/definition-conditions.ts';
import { CLEANUP_FINALIZER } from './definition/definition-strategy.ts';
import { Removal } from './removal.ts';
import { prefixOf, servedVersions } from './served-versions.ts';

const COMPONENT = 'customresourcedefinitions';
/** By this name the server manages the status of definitions. */
const MANAGER = 'kube-apiserver';

/** What definitions are served with. */
export interface CustomResourcesOptions {
  readonly storage: Storage;
  readonly catalog: ResourceCatalog;
  readonly clock: Clock;
  readonly random: Random;
  /** Writes as the server itself. */
  readonly transport: Transport;
  readonly activity?: Activity | undefined;
}

interface Served {
  /** What it was made from: as long as that stays, so does the rest. */
  readonly spec: DefinitionSpec;
  readonly names: DefinitionNames;
  readonly resources: readonly ServedResource[];
  /** The ends of the versions that are or were served, by their names. */
  readonly removals: Map<string, Removal>;
}

/** Follows the definitions of a cluster. A new one is served before the answer to its creation has arrived. */
export class CustomResources {
  readonly #options: CustomResourcesOptions;
  readonly #served = new Map<string, Served>();
  readonly #stops = new Map<string, () => void>();
  #stop: (() => void) | undefined;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
  }

  /** Begins with the definitions that are there. */
  start(): void {
    const { storage } = this.#options;
    for (const { object } of storage.peekAll(DEFINITIONS, {})) this.#take(object as Definition);
    this.#stop = storage.watch(DEFINITIONS, {}, storage.revision, { event: (event) => this.#event(event) });
  }

  /** Stops following. What is served stays so. */
  close(): void {
    this.#stop?.();
    for (const stop of this.#stops.values()) stop();
  }

  #event({ type, stored }: StorageEvent): void {
    const definition = stored.object as Definition;
    if (type !== 'DELETED') {
      this.#take(definition);
      return;
    }
    this.#withdraw(definition);
    for (const other of this.#others(definition)) if (!isTrue(other, 'NamesAccepted')) this.#take(other);
  }

  #others({ metadata }: Definition): Definition[] {
    return this.#options.storage
      .peekAll(DEFINITIONS, {})
      .map(({ object }) => object as Definition)
      .filter((other) => other.metadata.name !== metadata.name);
  }

  #take(definition: Definition): void {
    const { clock } = this.#options;
    if (definition.metadata.deletionTimestamp !== undefined) {
      this.#work(() => this.#cleanUp(definition));
      return;
    }
    if (lacksEvaluator(definition)) {
      this.#work(() => this.#takeWithEvaluator(definition));
      return;
    }
    const { acceptedNames, conditions } = namesStatus(definition, this.#others(definition), formatTime(clock.now()));
    const established = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
    if (established) this.#serve(definition, acceptedNames);
    const { status } = definition;
    if (deepEqual(status?.acceptedNames, acceptedNames) && deepEqual(status?.conditions, conditions)) return;
    this.#work(() => this.#writeStatus(definition, { acceptedNames, conditions }));
  }

  /** A definition that was put into storage by other ways than the API's has not been checked before. */
  async #takeWithEvaluator({ metadata }: Definition): Promise<void> {
    await loadCel();
    const stored = this.#options.storage.peek(DEFINITIONS, metadata.name ?? '');
    if (stored !== undefined) this.#take(stored.object as Definition);
  }

  #serve(definition: Definition, names: DefinitionNames): void {
    const { catalog, storage } = this.#options;
    const name = definition.metadata.name ?? '';
    const before = this.#served.get(name);
    if (before !== undefined && deepEqual([before.spec, before.names], [definition.spec, names])) return;
    const removals = before?.removals ?? new Map<string, Removal>();
    const removal = (version: string): Removal => removalOf(removals, version);
    const resources = servedVersions(definition, names, { storage, removal, rules: rulesOf });
    const kept = new Set(resources.map(({ resource }) => resource.version));
    for (const { resource } of before?.resources ?? []) {
      if (kept.has(resource.version)) continue;
      catalog.remove(resource.group, resource.version, resource.resource);
      removals.get(resource.version)?.happen();
      removals.delete(resource.version);
    }
    for (const served of resources) catalog.add(served);
    this.#served.set(name, { spec: definition.spec, names, resources, removals });
  }

  #withdraw({ metadata }: Definition): void {
    const name = metadata.name ?? '';
    const served = this.#served.get(name);
    this.#served.delete(name);
    this.#stops.get(name)?.();
    this.#stops.delete(name);
    for (const { resource } of served?.resources ?? [])
      this.#options.catalog.remove(resource.group, resource.version, resource.resource);
    for (const removal of served?.removals.values() ?? []) removal.happen();
  }

  /** Deletes the objects of a definition, and lets it go once the last of them is gone. */
  async #cleanUp(definition: Definition): Promise<void> {
    const { storage } = this.#options;
    const name = definition.metadata.name ?? '';
    if (!definition.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return;
    const prefix = prefixOf(definition.spec);
    const store = this.#served.get(name)?.resources[0]?.store ?? this.#unserved(definition);
    for (const removal of this.#served.get(name)?.removals.values() ?? []) removal.approach();
    if (this.#stops.has(name)) return;
    if (store !== undefined) await this.#deleteObjects(store);
    if (storage.count(prefix) === 0) {
      await this.#letGo(name);
      return;
    }
    this.#stops.set(
      name,
      storage.watch(prefix, {}, storage.revision, {
        event: () => {
          if (storage.count(prefix) === 0) this.#work(() => this.#letGo(name));
        },
      }),
    );
    await this.#writeStatus(definition, { conditions: withConditions(definition, [IN_PROGRESS], this.#now()) });
  }

  /** The store of a definition that serves no version, of which there may be objects all the same. */
  #unserved(definition: Definition): ResourceStore | undefined {
    const { spec } = definition;
    const versions = spec.versions.map((version) => ({ ...version, served: true }));
    const parts = { storage: this.#options.storage, removal: () => new Removal(), rules: () => undefined };
    return servedVersions({ ...definition, spec: { ...spec, versions } }, spec.names, parts)[0]?.store;
  }

  #now(): string {
    return formatTime(this.#options.clock.now());
  }

  async #deleteObjects(store: ResourceStore): Promise<void> {
    const { items } = await store.storage.list(store.prefix, {});
    for (const { object } of items) {
      const { name = '', namespace = '' } = object.metadata;
      // whoever deletes an object at the same time leaves nothing to do
      await deleteObject(store, {}, this.#context(store, name, namespace)).catch(() => {});
    }
  }

  async #letGo(name: string): Promise<void> {
    const store = this.#options.catalog.storeOf('apiextensions.k8s.io', 'customresourcedefinitions');
    if (store === undefined) return;
    const transform = (old: KubeObject | undefined): KubeObject => {
      const next = structuredClone(old as KubeObject);
      next.metadata.finalizers = (next.metadata.finalizers ?? []).filter(
        (finalizer) => finalizer !== CLEANUP_FINALIZER,
      );
      if (next.metadata.finalizers.length === 0) delete next.metadata.finalizers;
      return next;
    };
    await updateObject(store, { transform, createsMissing: false }, this.#context(store, name, ''));
  }

  #context(store: ResourceStore, name: string, namespace: string): WriteContext {
    const { clock, random } = this.#options;
    return {
      resource: store.resource,
      name,
      namespace,
      subresource: '',
      user: { name: 'system:apiserver', groups: ['system:masters'] },
      dryRun: false,
      options: {},
      clock,
      random,
      admission: [],
      warn: () => {},
    };
  }

  async #writeStatus({ metadata }: Definition, status: object): Promise<void> {
    await this.#options.transport.request({
      method: 'PATCH',
      url: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}/status`,
      headers: { 'content-type': 'application/merge-patch+json', 'user-agent': MANAGER },
      object: { status },
    });
  }

  #work(work: () => Promise<void>): void {
    const end = this.#options.activity?.begin(COMPONENT);
    // a definition that is gone by now needs nothing any more
    void work()
      .catch(() => {})
      .finally(end);
  }
}

const lacksEvaluator = ({ spec }: Definition): boolean =>
  loadedCel() === undefined && spec.versions.some(({ schema }) => hasRules(schema?.openAPIV3Schema ?? {}));

function removalOf(removals: Map<string, Removal>, version: string): Removal {
  const known = removals.get(version);
  if (known !== undefined) return known;
  const removal = new Removal();
  removals.set(version, removal);
  return removal;
}

/** The rules of a version. The evaluator was loaded when its definition was checked. */
function rulesOf({ schema }: DefinitionVersion): CompiledRules | undefined {
  const modules = loadedCel();
  const root = schema?.openAPIV3Schema;
  return root === undefined || modules === undefined || !hasRules(root) ? undefined : compileRules(root, modules);
}

const IN_PROGRESS = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
