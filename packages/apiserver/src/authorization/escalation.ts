/** Nobody grants what they do not have: checks on writes of roles and bindings. */
import { isDeepStrictEqual } from 'node:util';
import { forbidden, type KubeObject, notFound, type UserInfo } from '@towtank/apimachinery';
import { MASTERS_GROUP } from '../authentication/user-groups.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';
import type { StrategyContext } from '../registry/strategy.ts';
import { rulesOfRef } from './grants.ts';
import { type BindingObject, type PolicyRule, RBAC_GROUP, type RoleObject } from './policy.ts';
import { type Authorization, aggregate } from './rbac-authorizer.ts';
import type { RbacLookup } from './rbac-cache.ts';
import { compactRights, formatList, formatRule, missingRights } from './rule-covering.ts';

/** Refuses writes that would grant their author new rights. Both throw 403. */
export interface EscalationGuard {
  /** For a Role or ClusterRole; the verb `escalate` lifts it. */
  checkRole(role: KubeObject, old: KubeObject | undefined, context: StrategyContext): void;
  /** For a RoleBinding or ClusterRoleBinding; the verb `bind` on the role lifts it. Throws 404 for a missing role. */
  checkBinding(binding: KubeObject, old: KubeObject | undefined, context: StrategyContext): void;
}

/** Who aggregates a role decides over all its future rules, so it must hold them all. */
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The guard over these roles. */
export function createEscalationGuard(authorization: Authorization, lookup: RbacLookup): EscalationGuard {
  const confirm = (
    wanted: readonly PolicyRule[],
    name: string,
    { user, namespace, resource }: StrategyContext,
  ): void => {
    const { rules, errors } = authorization.rulesFor(user, namespace);
    const missing = missingRights(rules, wanted);
    if (missing.length > 0) throw forbidden(resource, name, refusal(user, missing, errors));
  };
  return {
    checkRole(role, old, context) {
      const { rules, aggregationRule } = role as RoleObject;
      const name = role.metadata.name ?? '';
      if (isMaster(context.user) || changesReferencesOnly(role, old)) return;
      if (mayLift(authorization, context, { verb: 'escalate', resource: context.resource.resource, name })) return;
      if (old === undefined || !isDeepStrictEqual(old.rules ?? null, rules ?? null))
        confirm((rules ?? []).filter(hasVerbs), name, context);
      if (aggregationRule != null && !isDeepStrictEqual(old?.aggregationRule, aggregationRule))
        confirm(FULL_AUTHORITY, name, context);
    },
    checkBinding(binding, old, context) {
      const { roleRef } = binding as BindingObject;
      if (isMaster(context.user) || changesReferencesOnly(binding, old) || !isReference(roleRef)) return;
      const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
      if (mayLift(authorization, context, { verb: 'bind', resource, name: roleRef.name })) return;
      const rules = rulesOfRef(lookup, roleRef, context.namespace);
      if (typeof rules === 'string') throw notFound({ group: RBAC_GROUP, resource }, roleRef.name);
      confirm(rules, binding.metadata.name ?? '', context);
    },
  };
}

/** A rule without verbs grants nothing, and is refused when the role is validated. */
const hasVerbs = ({ verbs }: Partial<PolicyRule>): boolean => (verbs ?? []).length > 0;

const isMaster = ({ groups }: UserInfo): boolean => groups?.includes(MASTERS_GROUP) ?? false;

const isReference = (ref: unknown): boolean =>
  typeof ref === 'object' && ref !== null && 'kind' in ref && (ref.kind === 'Role' || ref.kind === 'ClusterRole');

function mayLift(
  { authorize }: Authorization,
  { user, namespace }: StrategyContext,
  what: Pick<RequestAttributes, 'verb' | 'resource' | 'name'>,
): boolean {
  const request = { isResourceRequest: true, path: '', group: RBAC_GROUP, version: 'v1', subresource: '', rest: '' };
  return authorize(user, { ...request, ...what, namespace }).allowed;
}

/** The garbage collector may take away finalizers and owners from roles that it could not have made. */
function changesReferencesOnly(object: KubeObject, old: KubeObject | undefined): boolean {
  return old !== undefined && isDeepStrictEqual(withoutReferences(object), withoutReferences(old));
}

const withoutReferences = ({ metadata, ...rest }: KubeObject): object => ({
  ...rest,
  metadata: {
    ...metadata,
    ownerReferences: undefined,
    finalizers: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
  },
});

function refusal({ name, groups = [] }: UserInfo, missing: readonly PolicyRule[], errors: readonly string[]): string {
  const rights = [...new Set(compactRights(missing).map(formatRule))].sort().join('\n');
  const who = `user ${JSON.stringify(name)} (groups=${formatList(groups)})`;
  const why = errors.length === 0 ? '' : `; resolution errors: [${aggregate(errors)}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${rights}${why}`;
}
