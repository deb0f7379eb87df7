import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { forbiddenError } from '../../src/authorization/forbidden-error.ts';
import { alwaysAllow, createRbacAuthorizer } from '../../src/authorization/rbac-authorizer.ts';
import { add, asked, binding, rbacCacheWith, role, user } from './rbac-fixture.ts';

const test = suite('RBAC authorizer');

const OBJECTS = [
  role('reader', 'rbac', [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['*'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] },
  ]),
  role('logs', undefined, [{ apiGroups: [''], resources: ['*/log'], verbs: ['get'] }]),
  role('metrics', undefined, [{ nonResourceURLs: ['/metrics', '/stats/*'], verbs: ['get'] }]),
  binding('readers', 'rbac', 'Role/reader', [
    { kind: 'User', name: 'alice' },
    { kind: 'ServiceAccount', name: 'default', namespace: 'rbac' },
  ]),
  binding('loggers', 'rbac', 'ClusterRole/logs', [{ kind: 'Group', name: 'devs' }]),
  binding('scrapers', undefined, 'ClusterRole/metrics', [
    { kind: 'ServiceAccount', name: 'scraper', namespace: 'mon' },
  ]),
  binding('dangling', 'broken', 'Role/gone', [{ kind: 'User', name: 'alice' }]),
];

const CM = '/api/v1/namespaces/rbac/configmaps';
const CASES: { name: string; user: ReturnType<typeof user>; request: string; allowed: boolean; reason?: string }[] = [
  {
    name: 'a binding allows what its role says',
    user: user('alice'),
    request: `GET ${CM}/c`,
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/rbac" of Role "reader" to User "alice"',
  },
  { name: 'and nothing else', user: user('alice'), request: `DELETE ${CM}/c`, allowed: false },
  {
    name: 'nor in another namespace',
    user: user('alice'),
    request: 'GET /api/v1/namespaces/x/configmaps',
    allowed: false,
  },
  { name: 'nor in all namespaces', user: user('alice'), request: 'GET /api/v1/configmaps', allowed: false },
  { name: 'nor for others', user: user('bob'), request: `GET ${CM}/c`, allowed: false },
  {
    name: 'a service account is a user with a long name',
    user: user('system:serviceaccount:rbac:default'),
    request: `GET ${CM}`,
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/rbac" of Role "reader" to ServiceAccount "default/rbac"',
  },
  {
    name: 'a rule for a subresource allows it',
    user: user('alice'),
    request: 'PUT /apis/apps/v1/namespaces/rbac/deployments/d/scale',
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/rbac" of Role "reader" to User "alice"',
  },
  {
    name: 'but not its resource',
    user: user('alice'),
    request: 'PUT /apis/apps/v1/namespaces/rbac/deployments/d',
    allowed: false,
  },
  {
    name: 'a rule for a name allows that one',
    user: user('alice'),
    request: 'GET /api/v1/namespaces/rbac/secrets/one',
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/rbac" of Role "reader" to User "alice"',
  },
  { name: 'but no other', user: user('alice'), request: 'GET /api/v1/namespaces/rbac/secrets/two', allowed: false },
  { name: 'and no list', user: user('alice'), request: 'GET /api/v1/namespaces/rbac/secrets', allowed: false },
  {
    name: 'a subresource of every resource may be allowed, to a group',
    user: user('dora', 'devs'),
    request: 'GET /api/v1/namespaces/rbac/pods/p/log',
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "loggers/rbac" of ClusterRole "logs" to Group "devs"',
  },
  {
    name: 'a path may be allowed',
    user: user('system:serviceaccount:mon:scraper'),
    request: 'GET /metrics',
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "scrapers" of ClusterRole "metrics" to ServiceAccount "scraper/mon"',
  },
  {
    name: 'and all below it',
    user: user('system:serviceaccount:mon:scraper'),
    request: 'GET /stats/summary',
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "scrapers" of ClusterRole "metrics" to ServiceAccount "scraper/mon"',
  },
  {
    name: 'but not beside it',
    user: user('system:serviceaccount:mon:scraper'),
    request: 'GET /statsx',
    allowed: false,
  },
  {
    name: 'a binding whose role is gone is told of',
    user: user('alice'),
    request: 'GET /api/v1/namespaces/broken/pods',
    allowed: false,
    reason: 'RBAC: role.rbac.authorization.k8s.io "gone" not found',
  },
  {
    name: 'everybody may read the version',
    user: user('system:anonymous', 'system:unauthenticated'),
    request: 'GET /version',
    allowed: true,
    reason:
      'RBAC: allowed by ClusterRoleBinding "system:public-info-viewer" of ClusterRole "system:public-info-viewer" to Group "system:unauthenticated"',
  },
  {
    name: 'masters may do everything',
    user: user('admin', 'system:masters'),
    request: 'DELETE /api/v1/nodes',
    allowed: true,
  },
];

for (const { name, user: who, request, allowed, reason } of CASES) {
  test(name, () => {
    const decision = createRbacAuthorizer(rbacCacheWith(OBJECTS)).authorize(who, asked(request));
    assert.equal(decision, { allowed, ...(reason === undefined ? {} : { reason }) });
  });
}

test('a changed role counts at once', () => {
  const cache = rbacCacheWith(OBJECTS);
  const { authorize } = createRbacAuthorizer(cache);
  const alice = user('alice');
  assert.not(authorize(alice, asked(`DELETE ${CM}/c`)).allowed);
  add(cache, role('reader', 'rbac', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]));
  assert.ok(authorize(alice, asked(`DELETE ${CM}/c`)).allowed);
  cache.set('rolebindings', 'rbac/readers', undefined);
  assert.not(authorize(alice, asked(`DELETE ${CM}/c`)).allowed);
});

test('the rules of a user are those of all its bindings, the cluster-wide ones first', () => {
  const { rules, errors } = createRbacAuthorizer(rbacCacheWith(OBJECTS)).rulesFor(
    user('alice', 'system:authenticated'),
    'rbac',
  );
  assert.equal(errors, []);
  assert.equal(
    rules.filter(({ resources }) => resources !== undefined).map(({ resources }) => resources?.join()),
    [
      'selfsubjectaccessreviews,selfsubjectrulesreviews',
      'selfsubjectreviews',
      'configmaps',
      'deployments/scale',
      'secrets',
    ],
  );
});

test('without access control everything is allowed', () => {
  assert.ok(alwaysAllow.authorize(user('x'), asked('DELETE /api/v1/nodes')).allowed);
});

const REFUSALS = [
  {
    request: `GET ${CM}`,
    message:
      'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "rbac"',
    details: { kind: 'configmaps' },
  },
  {
    request: 'GET /api/v1/nodes',
    message: 'nodes is forbidden: User "alice" cannot list resource "nodes" in API group "" at the cluster scope',
    details: { kind: 'nodes' },
  },
  { request: 'GET /logs', message: 'forbidden: User "alice" cannot get path "/logs"', details: {} },
  {
    request: 'GET /api/v1/namespaces/rbac/pods/p/log',
    message:
      'pods "p" is forbidden: User "alice" cannot get resource "pods/log" in API group "" in the namespace "rbac"',
    details: { name: 'p', kind: 'pods' },
  },
  {
    request: 'POST /apis/rbac.authorization.k8s.io/v1/namespaces/rbac/roles',
    message:
      'roles.rbac.authorization.k8s.io is forbidden: User "alice" cannot create resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "rbac"',
    details: { group: 'rbac.authorization.k8s.io', kind: 'roles' },
  },
];
for (const { request, message, details } of REFUSALS) {
  test(`${request} is refused in Kubernetes' words`, () => {
    const status = forbiddenError(user('alice'), asked(request)).toStatus();
    assert.is(status.code, 403);
    assert.is(status.message, message);
    assert.equal(status.details, details);
  });
}

test('a reason ends the refusal, and names are escaped', () => {
  const error = forbiddenError(user('<b>'), asked('GET /x'), 'RBAC: no');
  assert.is(error.message, 'forbidden: User "&lt;b&gt;" cannot get path "/x": RBAC: no');
});

test.run();
