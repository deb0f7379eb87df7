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

/** The four resources of access control. */
export type RbacKind = 'roles' | 'rolebindings' | 'clusterroles' | 'clusterrolebindings';
const KINDS: readonly RbacKind[] = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];

/** An {@link RbacLookup} that follows storage. */
export class RbacCache implements RbacLookup {
  readonly #tables: Readonly<Record<RbacKind, Map<string, KubeObject>>>;
  readonly #listeners = new Set<(kind: RbacKind) => void>();
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

  /** Takes over the newest state of a store, and follows it until the cache is closed. */
  async follow(storage: Storage): Promise<void> {
    for (const kind of KINDS) {
      const prefix = `${RBAC_GROUP}/${kind}`;
      const { items, revision } = await storage.list(prefix, {});
      for (const { key, object } of items) this.set(kind, key, object);
      const stop = storage.watch(prefix, {}, revision, {
        event: ({ type, stored }) => this.set(kind, stored.key, type === 'DELETED' ? undefined : stored.object),
      });
      this.#stops.push(stop);
    }
  }

  get revision(): number {
    return this.#revision;
  }

  /** Puts an object in, or takes it out where it is undefined. */
  set(kind: RbacKind, key: string, object: KubeObject | undefined): void {
    if (object === undefined) this.#tables[kind].delete(key);
    else this.#tables[kind].set(key, object);
    this.#revision += 1;
    this.#sorted = new Map();
    for (const listener of this.#listeners) listener(kind);
  }

  /** Calls back after every change, until the result is called. */
  onChange(listener: (kind: RbacKind) => void): () => void {
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

  #inOrder(kind: RbacKind, namespace: string): readonly KubeObject[] {
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
