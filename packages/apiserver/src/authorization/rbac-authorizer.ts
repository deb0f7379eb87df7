/** Who may do what: role-based access control, or none. */
import type { UserInfo } from '@towtank/apimachinery';
import { MASTERS_GROUP } from '../authentication/user-groups.ts';
import type { Authorizer, Decision } from './authorizer.ts';
import { type Grant, GrantFinder } from './grants.ts';
import type { PolicyRule, ResolvedRules } from './policy.ts';
import type { RbacLookup } from './rbac-cache.ts';
import { ruleAllows } from './rule-matching.ts';

/** Decides, and tells what it decides from. */
export interface Authorization {
  readonly authorize: Authorizer;
  /** All rules that hold for the user in the namespace, in the cluster alone for the empty one. */
  rulesFor(user: UserInfo, namespace: string): ResolvedRules;
}

const ALLOWED: Decision = { allowed: true };
const ALL_RULES: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Everybody may do everything. */
export const alwaysAllow: Authorization = {
  authorize: () => ALLOWED,
  rulesFor: () => ({ rules: ALL_RULES, errors: [] }),
};

/**
 * Allows what the roles bound to a user allow; members of `system:masters` may do everything. The reason of a decision
 * is worded as the real authorizer words it.
 */
export function createRbacAuthorizer(lookup: RbacLookup): Authorization {
  const finder = new GrantFinder(lookup);
  return {
    authorize(user, attributes) {
      if (user.groups?.includes(MASTERS_GROUP)) return ALLOWED;
      const { grants, errors } = finder.find(user, attributes.isResourceRequest ? attributes.namespace : '');
      const grant = grants.find(({ rules }) => rules.some((rule) => ruleAllows(rule, attributes)));
      if (grant !== undefined) return { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
      return errors.length === 0 ? { allowed: false } : { allowed: false, reason: `RBAC: ${aggregate(errors)}` };
    },
    rulesFor(user, namespace) {
      const { grants, errors } = finder.find(user, namespace);
      return { rules: grants.flatMap(({ rules }) => rules), errors };
    },
  };
}

function describe({ binding, subject }: Grant): string {
  const { name, namespace } = binding.metadata;
  const isCluster = namespace === undefined;
  const bound = isCluster ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const whose = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? ''}` : subject.name;
  return `${bound} of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${whose}"`;
}

/** Several errors as one text, each once: `[a, b]`. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
