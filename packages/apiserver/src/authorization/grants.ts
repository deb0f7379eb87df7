/** Which bindings apply to a user. */
import type { UserInfo } from '@towtank/apimachinery';
import type { BindingObject, PolicyRule, RoleRef, Subject } from './policy.ts';
import type { RbacLookup } from './rbac-cache.ts';

/** A binding that applies to a user, with the rules of its role. */
export interface Grant {
  readonly binding: BindingObject;
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[];
}

/** All bindings that apply to a user: those of the cluster, then those of the namespace. */
export interface Grants {
  readonly grants: readonly Grant[];
  readonly errors: readonly string[];
}

/** A binding and the first of its subjects that a name stands for. */
interface Applicable {
  readonly order: number;
  readonly binding: BindingObject;
  readonly subject: Subject;
}

/** Bindings of one namespace (or of the cluster) by what their subjects match: `u:alice`, `g:devs`. */
type SubjectIndex = ReadonlyMap<string, readonly Applicable[]>;

/** Finds the grants of users: bindings are indexed by subject, and what was found for a user is kept while it holds. */
export class GrantFinder {
  readonly #lookup: RbacLookup;
  #indexes = new Map<string, SubjectIndex>();
  #found = new WeakMap<UserInfo, Map<string, Grants>>();
  #revision = -1;

  constructor(lookup: RbacLookup) {
    this.#lookup = lookup;
  }

  /** The grants of a user in a namespace; in the cluster alone for the empty namespace. */
  find(user: UserInfo, namespace: string): Grants {
    this.#forgetIfChanged();
    let known = this.#found.get(user);
    if (known === undefined) {
      known = new Map();
      this.#found.set(user, known);
    }
    let grants = known.get(namespace);
    if (grants === undefined) {
      grants = this.#search(user, namespace);
      known.set(namespace, grants);
    }
    return grants;
  }

  #forgetIfChanged(): void {
    if (this.#lookup.revision === this.#revision) return;
    this.#revision = this.#lookup.revision;
    this.#indexes = new Map();
    this.#found = new WeakMap();
  }

  #search(user: UserInfo, namespace: string): Grants {
    const grants: Grant[] = [];
    const errors: string[] = [];
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const { binding, subject } of applicable(this.#index(scope), user)) {
        const rules = rulesOfRef(this.#lookup, binding.roleRef, scope);
        if (typeof rules === 'string') errors.push(rules);
        else grants.push({ binding, subject, rules });
      }
    }
    return { grants, errors };
  }

  #index(namespace: string): SubjectIndex {
    let index = this.#indexes.get(namespace);
    if (index === undefined) {
      const bindings = namespace === '' ? this.#lookup.clusterRoleBindings() : this.#lookup.roleBindings(namespace);
      index = indexBySubject(bindings, namespace);
      this.#indexes.set(namespace, index);
    }
    return index;
  }
}

/** The rules behind a reference in a binding of this namespace; a text when there is no such role. */
export function rulesOfRef(lookup: RbacLookup, ref: RoleRef, namespace: string): readonly PolicyRule[] | string {
  const role = ref.kind === 'Role' ? lookup.role(namespace, ref.name) : lookup.clusterRole(ref.name);
  if (role !== undefined) return role.rules ?? [];
  return `${ref.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(ref.name)} not found`;
}

function indexBySubject(bindings: readonly BindingObject[], namespace: string): SubjectIndex {
  const index = new Map<string, Applicable[]>();
  for (const [order, binding] of bindings.entries()) {
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace);
      if (key === undefined) continue;
      const list = index.get(key) ?? [];
      if (list.at(-1)?.binding !== binding) list.push({ order, binding, subject });
      index.set(key, list);
    }
  }
  return index;
}

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return `u:${name}`;
  if (kind === 'Group') return `g:${name}`;
  const home = namespace || bindingNamespace;
  return kind === 'ServiceAccount' && home !== '' ? `u:system:serviceaccount:${home}:${name}` : undefined;
}

/** The bindings that apply, each once, in their order. */
function applicable(index: SubjectIndex, { name, groups = [] }: UserInfo): Applicable[] {
  const byBinding = new Map<BindingObject, Applicable>();
  for (const key of [`u:${name}`, ...groups.map((group) => `g:${group}`)]) {
    for (const candidate of index.get(key) ?? []) {
      const known = byBinding.get(candidate.binding);
      if (known === undefined || isBefore(candidate, known)) byBinding.set(candidate.binding, candidate);
    }
  }
  return [...byBinding.values()].sort((a, b) => a.order - b.order);
}

const isBefore = ({ binding, subject }: Applicable, other: Applicable): boolean =>
  (binding.subjects ?? []).indexOf(subject) < (binding.subjects ?? []).indexOf(other.subject);
