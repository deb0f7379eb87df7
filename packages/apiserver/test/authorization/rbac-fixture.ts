/** A cluster's roles for tests: those of a fresh cluster, and what a test adds. */
import type { KubeObject, UserInfo } from '@towtank/apimachinery';
import { RBAC_GROUP } from '../../src/authorization/policy.ts';
import { RbacCache, type RbacKind } from '../../src/authorization/rbac-cache.ts';
import { bootstrapObjects } from '../../src/bootstrap/bootstrap-objects.ts';
import { parseRequest } from '../../src/endpoints/parse-request.ts';
import type { RequestAttributes } from '../../src/registry/request-attributes.ts';

/** The roles and bindings of a fresh cluster and these objects. */
export function rbacCacheWith(objects: readonly KubeObject[] = []): RbacCache {
  const cache = new RbacCache();
  for (const { prefix, key, object } of bootstrapObjects())
    if (prefix.startsWith(RBAC_GROUP)) cache.set(prefix.slice(RBAC_GROUP.length + 1) as RbacKind, key, object);
  for (const object of objects) add(cache, object);
  return cache;
}

/** Adds or replaces an object. */
export function add(cache: RbacCache, object: KubeObject): void {
  const { name, namespace } = object.metadata;
  cache.set(
    `${object.kind}s`.toLowerCase() as RbacKind,
    namespace === undefined ? `${name}` : `${namespace}/${name}`,
    object,
  );
}

/** A Role, or a ClusterRole without a namespace. */
export const role = (name: string, namespace: string | undefined, rules: readonly object[]): KubeObject => ({
  kind: namespace === undefined ? 'ClusterRole' : 'Role',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules,
});

/** A RoleBinding, or a ClusterRoleBinding without a namespace. `to` reads `Role/reader`. */
export function binding(
  name: string,
  namespace: string | undefined,
  to: string,
  subjects: readonly object[],
): KubeObject {
  const [kind, roleName] = to.split('/');
  return {
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: RBAC_GROUP, kind, name: roleName },
    subjects,
  };
}

/** A user with groups. */
export const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups });

/** The attributes of `GET /api/v1/nodes`, written like that. */
export function asked(request: string): RequestAttributes {
  const [method = '', url = ''] = request.split(' ');
  return parseRequest(method, url);
}
