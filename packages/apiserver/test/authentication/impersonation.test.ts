import type { UserInfo } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { impersonate } from '../../src/authentication/impersonation.ts';
import { createRbacAuthorizer } from '../../src/authorization/rbac-authorizer.ts';
import { binding, rbacCacheWith, role, user } from '../authorization/rbac-fixture.ts';

const test = suite('impersonation');

const { authorize } = createRbacAuthorizer(
  rbacCacheWith([
    role('impersonator', undefined, [
      { apiGroups: [''], resources: ['users'], resourceNames: ['alice'], verbs: ['impersonate'] },
    ]),
    binding('impersonators', undefined, 'ClusterRole/impersonator', [{ kind: 'User', name: 'bob' }]),
  ]),
);
const ADMIN = user('admin', 'system:masters');

const CASES: { name: string; headers: Record<string, string>; user: UserInfo }[] = [
  { name: 'without headers one is oneself', headers: { accept: '*/*' }, user: ADMIN },
  {
    name: 'a user is authenticated',
    headers: { 'impersonate-user': 'alice' },
    user: user('alice', 'system:authenticated'),
  },
  {
    name: 'groups are those that are named',
    headers: { 'impersonate-user': 'carol', 'impersonate-group': 'g1, g2' },
    user: user('carol', 'g1', 'g2', 'system:authenticated'),
  },
  {
    name: 'a service account is in its groups',
    headers: { 'impersonate-user': 'system:serviceaccount:ns:robot' },
    user: user(
      'system:serviceaccount:ns:robot',
      'system:serviceaccounts',
      'system:serviceaccounts:ns',
      'system:authenticated',
    ),
  },
  {
    name: 'anonymous is not authenticated',
    headers: { 'impersonate-user': 'system:anonymous' },
    user: user('system:anonymous', 'system:unauthenticated'),
  },
  {
    name: 'uid and extra values are taken over',
    headers: { 'impersonate-user': 'alice', 'impersonate-uid': 'u1', 'impersonate-extra-acme.com%2fproject': 'p1, p2' },
    user: { name: 'alice', uid: 'u1', groups: ['system:authenticated'], extra: { 'acme.com/project': ['p1', 'p2'] } },
  },
];
for (const { name, headers, user: expected } of CASES) {
  test(name, () => {
    assert.equal(impersonate(ADMIN, { headers }, authorize), expected);
  });
}

test('one may be allowed to impersonate one user', () => {
  assert.is(impersonate(user('bob'), { headers: { 'impersonate-user': 'alice' } }, authorize).name, 'alice');
});

const REFUSED = [
  {
    name: 'another user is refused',
    headers: { 'impersonate-user': 'admin' },
    message:
      'users "admin" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
  },
  {
    name: 'so is a group',
    headers: { 'impersonate-user': 'alice', 'impersonate-group': 'system:masters' },
    message:
      'groups "system:masters" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
  },
  {
    name: 'so is a service account',
    headers: { 'impersonate-user': 'system:serviceaccount:ns:robot' },
    message:
      'serviceaccounts "robot" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
  },
  {
    name: 'so is an extra value',
    headers: { 'impersonate-user': 'alice', 'impersonate-extra-scopes': 'view' },
    message:
      'userextras.authentication.k8s.io "view" is forbidden: User "bob" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
  },
];
for (const { name, headers, message } of REFUSED) {
  test(name, () => {
    assert.throws(
      () => impersonate(user('bob'), { headers }, authorize),
      (error: Error) => error.message === message,
    );
  });
}

test('groups without a user are an error', () => {
  assert.throws(
    () => impersonate(ADMIN, { headers: { 'impersonate-group': 'g' } }, authorize),
    (error: { code: number }) => error.code === 500,
  );
});

test.run();
