import { isStatusError, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRbacAuthorizer } from '../../src/authorization/rbac-authorizer.ts';
import { reviewSelfSubjectRules } from '../../src/authorization/reviews/self-subject-rules-review.ts';
import {
  reviewLocalSubjectAccess,
  reviewSelfSubjectAccess,
  reviewSubjectAccess,
} from '../../src/authorization/reviews/subject-access-review.ts';
import { binding, rbacCacheWith, role, user } from './rbac-fixture.ts';

const test = suite('access reviews');

const { authorize, rulesFor } = createRbacAuthorizer(
  rbacCacheWith([
    role('reader', 'rbac', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]),
    binding('readers', 'rbac', 'Role/reader', [{ kind: 'User', name: 'alice' }]),
  ]),
);
const read = { namespace: 'rbac', verb: 'get', resource: 'configmaps' };
const ALLOWED = {
  allowed: true,
  reason: 'RBAC: allowed by RoleBinding "readers/rbac" of Role "reader" to User "alice"',
};
const subject = (spec: object, metadata: object = {}): KubeObject =>
  reviewSubjectAccess({ kind: 'SubjectAccessReview', metadata, spec }, { authorize });

test('a review tells what a user may do, and why', () => {
  const review = subject({ user: 'alice', resourceAttributes: read });
  assert.equal(review.spec, { user: 'alice', resourceAttributes: read });
  assert.equal(review.status, ALLOWED);
  assert.equal(subject({ user: 'bob', resourceAttributes: read }).status, { allowed: false });
});

test('a review of paths looks at groups', () => {
  const nonResourceAttributes = { path: '/healthz', verb: 'get' };
  assert.ok(subject({ groups: ['system:authenticated'], nonResourceAttributes }).status.allowed);
  assert.not(subject({ groups: ['devs'], nonResourceAttributes }).status.allowed);
});

test('a local review stays in its namespace', () => {
  const spec = { user: 'alice', resourceAttributes: read };
  const local = reviewLocalSubjectAccess({ metadata: {}, spec }, { authorize, namespace: 'rbac' });
  assert.equal(local.metadata, { namespace: 'rbac' });
  assert.equal(local.status, ALLOWED);
  assert.is(
    failure(() => reviewLocalSubjectAccess({ metadata: {}, spec }, { authorize, namespace: 'x' })),
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "rbac": must match metadata.namespace',
  );
});

test('a review of oneself needs no user', () => {
  const review = { metadata: {}, spec: { resourceAttributes: { verb: 'delete', resource: 'nodes' } } };
  assert.equal(reviewSelfSubjectAccess(review, { authorize, user: user('admin', 'system:masters') }).status, {
    allowed: true,
  });
});

test('a review of rules lists them', () => {
  const review = { metadata: {}, spec: { namespace: 'rbac' } };
  const { spec, status } = reviewSelfSubjectRules(review, { rulesFor, user: user('alice', 'system:authenticated') });
  assert.equal(spec, {});
  assert.equal(status.resourceRules.at(-1), { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] });
  assert.is(status.nonResourceRules.length, 2);
  assert.is(status.incomplete, false);
  assert.is(
    failure(() => reviewSelfSubjectRules({ metadata: {} }, { rulesFor, user: user('alice') })),
    'no namespace on request',
  );
});

const INVALID = [
  {
    name: 'an empty review',
    spec: {},
    message:
      '.authorization.k8s.io "" is invalid: [spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]',
  },
  {
    name: 'a review of two things',
    spec: { user: 'a', resourceAttributes: {}, nonResourceAttributes: { path: '/' } },
    message:
      '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"path":"/"}: cannot be specified in combination with resourceAttributes',
  },
  {
    name: 'a review with a name',
    spec: { user: 'a', resourceAttributes: {} },
    metadata: { name: 'x' },
    message: '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x"}: must be empty',
  },
];
for (const { name, spec, metadata, message } of INVALID) {
  test(`${name} is invalid`, () => {
    assert.is(
      failure(() => subject(spec, metadata)),
      message,
    );
  });
}

function failure(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (reason) {
    assert.ok(isStatusError(reason));
    return reason.message;
  }
}

test.run();
