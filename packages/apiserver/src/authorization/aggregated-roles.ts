/** ClusterRoles whose rules are those of other ClusterRoles. */
import { isDeepStrictEqual } from 'node:util';
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
  const rules: PolicyRule[] = [];
  for (const selector of selectors)
    for (const { metadata, rules: parts } of others)
      if (selects(selector, metadata.labels ?? {}))
        rules.push(...(parts ?? []).filter((part) => !rules.some((rule) => isDeepStrictEqual(rule, part))));
  return rules;
}

/** The aggregated roles among these whose rules are not what they should be. */
export function staleAggregates(clusterRoles: readonly RoleObject[]): StaleAggregate[] {
  return clusterRoles
    .filter(({ aggregationRule }) => aggregationRule != null)
    .map((role) => ({ role, rules: aggregatedRules(role, clusterRoles) }))
    .filter(({ role, rules }) => !isDeepStrictEqual(role.rules ?? [], rules))
    .map(({ role, rules }) => ({ name: role.metadata.name ?? '', rules }));
}
