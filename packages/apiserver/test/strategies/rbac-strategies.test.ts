import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StrategyContext } from '../../src/registry/strategy.ts';
import { rbacStrategies } from '../../src/strategies/rbac-strategies.ts';

const test = suite('RBAC strategies');

const strategies = rbacStrategies({ checkRole: () => {}, checkBinding: () => {} });
const strategyOf = (kind: string) => strategies[`${kind.toLowerCase()}s.rbac.authorization.k8s.io`] ?? {};
const contextOf = (kind: string): StrategyContext =>
  ({ resource: { namespaced: !kind.startsWith('Cluster') } }) as unknown as StrategyContext;
const errorsOf = (kind: string, object: object): string[] =>
  (strategyOf(kind).validate?.(object as KubeObject, contextOf(kind)) ?? []).map(
    ({ field, body }) => `${field}: ${body}`,
  );

test('a role without rules has null', () => {
  const role: KubeObject = { metadata: {}, rules: [] };
  strategyOf('ClusterRole').setDefaults?.(role);
  assert.is(role.rules, null);
});

test('users and groups of a binding get their API group', () => {
  const binding: KubeObject = {
    metadata: {},
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'User', name: 'a' },
      { kind: 'Group', name: 'b' },
      { kind: 'ServiceAccount', name: 'c' },
    ],
  };
  strategyOf('RoleBinding').setDefaults?.(binding);
  assert.is(binding.roleRef.apiGroup, 'rbac.authorization.k8s.io');
  assert.equal(
    binding.subjects.map((subject: { apiGroup?: string }) => subject.apiGroup),
    ['rbac.authorization.k8s.io', 'rbac.authorization.k8s.io', undefined],
  );
});

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
const CASES: { name: string; kind: string; object: object; errors: string[] }[] = [
  {
    name: 'a rule needs verbs',
    kind: 'Role',
    object: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: null }] },
    errors: ['rules[0].verbs: Required value: verbs must contain at least one value'],
  },
  {
    name: 'what a role gathers is selected well',
    kind: 'ClusterRole',
    object: { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] } },
    errors: [
      "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
    ],
  },
  {
    name: 'a rule needs groups and resources',
    kind: 'Role',
    object: { rules: [{ verbs: ['get'] }] },
    errors: [
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  },
  {
    name: 'a rule of a namespace cannot be about paths',
    kind: 'Role',
    object: { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    errors: ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  },
  {
    name: 'a rule is about paths or resources',
    kind: 'ClusterRole',
    object: { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] }] },
    errors: [
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  },
  {
    name: 'an aggregation needs selectors',
    kind: 'ClusterRole',
    object: { rules: null, aggregationRule: {} },
    errors: [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  },
  {
    name: 'a cluster-wide binding cannot name a Role',
    kind: 'ClusterRoleBinding',
    object: { roleRef: { ...roleRef, kind: 'Role' } },
    errors: ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  },
  {
    name: 'a binding names a role',
    kind: 'RoleBinding',
    object: { roleRef: { apiGroup: 'x', kind: 'Role', name: '' } },
    errors: [
      'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
      'roleRef.name: Required value',
    ],
  },
  {
    name: 'subjects are checked',
    kind: 'ClusterRoleBinding',
    object: {
      roleRef,
      subjects: [
        { kind: 'ServiceAccount', name: 'A_b' },
        { kind: 'Robot', name: 'x' },
        { kind: 'User', name: '' },
      ],
    },
    errors: [
      "subjects[0].name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'subjects[0].namespace: Required value',
      'subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      'subjects[2].name: Required value',
      'subjects[2].name: Invalid value: "": user name cannot be empty',
      'subjects[2].apiGroup: Unsupported value: "": supported values: "rbac.authorization.k8s.io"',
    ],
  },
];
for (const { name, kind, object, errors } of CASES) {
  test(name, () => {
    assert.equal(errorsOf(kind, { metadata: {}, ...object }), errors);
  });
}

test('a binding keeps its role', () => {
  const old: KubeObject = { metadata: {}, roleRef: { ...roleRef, kind: 'Role', name: 'reader' } };
  const changed: KubeObject = { metadata: {}, roleRef: { ...old.roleRef, name: 'other' } };
  const errors = strategyOf('RoleBinding').validateUpdate?.(changed, old, contextOf('RoleBinding')) ?? [];
  assert.equal(errors, [
    {
      field: 'roleRef',
      reason: 'FieldValueInvalid',
      body: 'Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
    },
  ]);
});

test('names of roles may hold what fits into a path', () => {
  const { nameErrors } = strategyOf('Role');
  assert.equal(nameErrors?.('system:Node/x%'), ["may not contain '/'", "may not contain '%'"]);
  assert.equal(nameErrors?.('system:Node'), []);
  assert.equal(nameErrors?.('..'), ["may not be '..'"]);
});

test.run();
