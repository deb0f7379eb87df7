import { isStatusError, type KubeObject, realClock, seededRandom, type UserInfo } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEscalationGuard, type EscalationGuard } from '../../src/authorization/escalation.ts';
import { createRbacAuthorizer } from '../../src/authorization/rbac-authorizer.ts';
import type { StrategyContext } from '../../src/registry/strategy.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';
import { binding, rbacCacheWith, role, user } from './rbac-fixture.ts';

const test = suite('escalation guard');

const OWNER = user('owner', 'system:authenticated');
const OBJECTS = [
  role('holder', 'x', [
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['*'], verbs: ['*'] },
  ]),
  binding('holders', 'x', 'Role/holder', [{ kind: 'User', name: 'owner' }]),
  role('big', 'x', [{ apiGroups: [''], resources: ['secrets', 'pods'], verbs: ['get', 'delete'] }]),
  role('granter', 'x', [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['escalate', 'bind'] }]),
  binding('granters', 'x', 'Role/granter', [{ kind: 'User', name: 'granter' }]),
];

const contextOf = (who: UserInfo, resource: string, namespace: string): StrategyContext => ({
  resource: resourceTable().find((row) => row.resource === resource) as StrategyContext['resource'],
  namespace,
  user: who,
  dryRun: false,
  subresource: '',
  clock: realClock,
  random: seededRandom('escalation'),
  warn: () => {},
});

function refusal(who: UserInfo, object: KubeObject, old?: KubeObject): string | undefined {
  const lookup = rbacCacheWith(OBJECTS);
  const guard: EscalationGuard = createEscalationGuard(createRbacAuthorizer(lookup), lookup);
  const check = object.kind?.endsWith('Binding') ? guard.checkBinding : guard.checkRole;
  try {
    check(object, old, contextOf(who, `${object.kind}s`.toLowerCase(), object.metadata.namespace ?? ''));
    return undefined;
  } catch (reason) {
    assert.ok(isStatusError(reason));
    return `${reason.code} ${reason.message}`;
  }
}

const pods = (...verbs: string[]): object => ({ apiGroups: [''], resources: ['pods'], verbs });
const toOwner = [{ kind: 'User', name: 'friend' }];

const CASES: { name: string; who?: UserInfo; object: KubeObject; old?: KubeObject; refused?: string }[] = [
  { name: 'one may grant what one has', object: role('r', 'x', [pods('get')]) },
  {
    name: 'a wildcard covers what it stands for',
    object: role('r', 'x', [
      { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['get', '*'] },
    ]),
  },
  {
    name: 'but not more, and the missing rights are listed together',
    object: role('r', 'x', [
      pods('get', 'watch', 'delete'),
      { apiGroups: [''], resources: ['nodes'], resourceNames: ['a'], verbs: ['get'] },
    ]),
    refused:
      '403 roles.rbac.authorization.k8s.io "r" is forbidden: user "owner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], ResourceNames:["a"], Verbs:["get"]}\n{APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}',
  },
  {
    name: 'nor in another namespace',
    object: role('r', 'y', [pods('get')]),
    refused:
      '403 roles.rbac.authorization.k8s.io "r" is forbidden: user "owner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
  },
  {
    name: 'unchanged rules may stay',
    object: { ...role('big', 'x', [pods('delete')]), metadata: { name: 'big', namespace: 'x', labels: { a: 'b' } } },
    old: role('big', 'x', [pods('delete')]),
  },
  { name: 'the verb escalate lifts the check', who: user('granter'), object: role('r', 'x', [pods('*')]) },
  { name: 'masters are not checked', who: user('admin', 'system:masters'), object: role('r', 'x', [pods('*')]) },
  {
    name: 'who aggregates must hold everything',
    object: { ...role('agg', undefined, []), aggregationRule: { clusterRoleSelectors: [{}] } },
    refused:
      '403 clusterroles.rbac.authorization.k8s.io "agg" is forbidden: user "owner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
  },
  { name: 'one may bind a role that one has', object: binding('b', 'x', 'Role/holder', toOwner) },
  {
    name: 'but not a bigger one',
    object: binding('b', 'x', 'Role/big', toOwner),
    refused:
      '403 rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "owner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}',
  },
  { name: 'the verb bind lifts the check', who: user('granter'), object: binding('b', 'x', 'Role/big', toOwner) },
  {
    name: 'a role that does not exist cannot be bound',
    object: binding('b', 'x', 'ClusterRole/none', toOwner),
    refused: '404 clusterroles.rbac.authorization.k8s.io "none" not found',
  },
  {
    name: 'finalizers may be taken away by anybody',
    object: binding('b', 'x', 'Role/big', toOwner),
    old: { ...binding('b', 'x', 'Role/big', toOwner), metadata: { name: 'b', namespace: 'x', finalizers: ['a.io/b'] } },
  },
];

for (const { name, who = OWNER, object, old, refused } of CASES) {
  test(name, () => {
    assert.is(refusal(who, object, old), refused);
  });
}

test.run();
