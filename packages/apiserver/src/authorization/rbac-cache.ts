/** The roles and bindings of a cluster at hand, so that authorizing a request neither waits nor searches. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Storage } from '../storage/storage.ts';
import { type BindingObject, RBAC_GROUP, type RoleObject } from './policy.ts';

/** Looks up roles and bindings. */
export interface RbacLookup {
  /** Changes with every role and binding: what is derived from them is valid for one revision. */
  readonly revision: number;
  role(namespace: string, name: string): RoleObject | undefined;
  clusterRole(name: string): RoleObject | undefined;
  clusterRoles(): readonly RoleObject[];
  /** In the order of their names. */
  roleBindings(namespace: string): readonly BindingObject[];
  /** In the order of their names. */
  clusterRoleBindings(): readonly BindingObject[];
}

type Kind = 'roles' | 'rolebindings' | 'clusterroles' | 'clusterrolebindings';
const KINDS: readonly Kind[] = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];

/** An {@link RbacLookup} that follows storage. */
export class RbacCache implements RbacLookup {
  readonly #tables: Readonly<Record<Kind, Map<string, KubeObject>>>;
  readonly #listeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #sorted = new Map<string, readonly KubeObject[]>();
  #revision = 0;

  constructor() {
    this.#tables = {
      roles: new Map(),
      rolebindings: new Map(),
      clusterroles: new Map(),
      clusterrolebindings: new Map(),
    };
  }

  /** A cache that holds the newest state and follows it until it is closed. */
  static async follow(storage: Storage): Promise<RbacCache> {
    const cache = new RbacCache();
    for (const kind of KINDS) {
      const prefix = `${RBAC_GROUP}/${kind}`;
      const { items, revision } = await storage.list(prefix, {});
      for (const { key, object } of items) cache.set(kind, key, object);
      const stop = storage.watch(prefix, {}, revision, {
        event: ({ type, stored }) => cache.set(kind, stored.key, type === 'DELETED' ? undefined : stored.object),
      });
      cache.#stops.push(stop);
    }
    return cache;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Puts an object in, or takes it out where it is undefined. */
  set(kind: Kind, key: string, object: KubeObject | undefined): void {
    if (object === undefined) this.#tables[kind].delete(key);
    else this.#tables[kind].set(key, object);
    this.#revision += 1;
    this.#sorted = new Map();
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after every change, until the result is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  role(namespace: string, name: string): RoleObject | undefined {
    return this.#tables.roles.get(`${namespace}/${name}`);
  }

  clusterRole(name: string): RoleObject | undefined {
    return this.#tables.clusterroles.get(name);
  }

  clusterRoles(): readonly RoleObject[] {
    return this.#inOrder('clusterroles', '');
  }

  roleBindings(namespace: string): readonly BindingObject[] {
    return this.#inOrder('rolebindings', namespace) as readonly BindingObject[];
  }

  clusterRoleBindings(): readonly BindingObject[] {
    return this.#inOrder('clusterrolebindings', '') as readonly BindingObject[];
  }

  /** Stops following. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#listeners.clear();
  }

  #inOrder(kind: Kind, namespace: string): readonly KubeObject[] {
    const id = `${kind}/${namespace}`;
    let objects = this.#sorted.get(id);
    if (objects === undefined) {
      const keys = [...this.#tables[kind].keys()].filter((key) => namespace === '' || key.startsWith(`${namespace}/`));
      objects = keys.sort().map((key) => this.#tables[kind].get(key) as KubeObject);
      this.#sorted.set(id, objects);
    }
    return objects;
  }
}
