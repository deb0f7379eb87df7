/** ClusterRoles whose rules are those of other ClusterRoles. */
import { type LabelSelector, selects } from '@towtank/apimachinery';
import type { PolicyRule, RoleObject } from './policy.ts';

/** A role whose rules are out of date, and the rules that it should have. */
export interface StaleAggregate {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** The rules of an aggregated role: those of the roles that each selector matches, by name, each rule once. */
export function aggregatedRules(role: RoleObject, clusterRoles: readonly RoleObject[]): PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []) as readonly LabelSelector[];
  const others = clusterRoles
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  for (const selector of selectors)
    for (const { metadata, rules: parts } of others)
      if (selects(selector, metadata.labels ?? {}))
        for (const part of parts ?? []) if (!rules.has(textOf(part))) rules.set(textOf(part), part);
  return [...rules.values()];
}

/** The aggregated roles among these whose rules are not what they should be. */
export function staleAggregates(clusterRoles: readonly RoleObject[]): StaleAggregate[] {
  return clusterRoles
    .filter(({ aggregationRule }) => aggregationRule != null)
    .map((role) => ({ role, rules: aggregatedRules(role, clusterRoles) }))
    .filter(({ role, rules }) => !sameRules(role.rules ?? [], rules))
    .map(({ role, rules }) => ({ name: role.metadata.name ?? '', rules }));
}

const sameRules = (some: readonly PolicyRule[], others: readonly PolicyRule[]): boolean =>
  some.length === others.length && some.every((rule, index) => textOf(rule) === textOf(others[index] as PolicyRule));

/** Rules are frozen, and those of a fresh cluster are shared by all clusters of the process. */
const texts = new WeakMap<PolicyRule, string>();

/** A text that equal rules share; for Kubernetes an empty list is as good as none. */
function textOf(rule: PolicyRule): string {
  let text = texts.get(rule);
  if (text === undefined) {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    text = JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs].map((list) => list ?? []));
    texts.set(rule, text);
  }
  return text;
}
