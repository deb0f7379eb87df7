import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { aggregatedRules, staleAggregates } from '../../src/authorization/aggregated-roles.ts';
import type { RoleObject } from '../../src/authorization/policy.ts';
import { rbacCacheWith } from './rbac-fixture.ts';

const test = suite('aggregated roles');

const RULE = { verbs: ['get'], apiGroups: ['x.io'], resources: ['ys'] };
const aggregate: RoleObject = {
  metadata: { name: 'agg' },
  rules: null,
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'to-agg': 'yes' } }] },
};
const part = (name: string, rules: RoleObject['rules']): RoleObject => ({
  metadata: { name, labels: { 'to-agg': 'yes' } },
  rules: rules ?? null,
});

test('the roles of a fresh cluster are up to date', () => {
  assert.equal(staleAggregates(rbacCacheWith().clusterRoles()), []);
});

test('rules come from the selected roles by name, each once', () => {
  const other = { verbs: ['list'], apiGroups: ['x.io'], resources: ['ys'] };
  const roles = [
    aggregate,
    part('z', [RULE]),
    part('a', [other, RULE]),
    { metadata: { name: 'unlabelled' }, rules: [other] },
  ];
  assert.equal(aggregatedRules(aggregate, roles), [other, RULE]);
  assert.equal(staleAggregates(roles), [{ name: 'agg', rules: [other, RULE] }]);
});

test('a role that selects itself does not feed itself', () => {
  const own = { ...aggregate, metadata: { name: 'agg', labels: { 'to-agg': 'yes' } }, rules: [RULE] };
  assert.equal(staleAggregates([own]), [{ name: 'agg', rules: [] }]);
});

test.run();
