/** Versions, resources and objects have one spelling each. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatGroupResource, formatGroupVersion, objectKey, parseGroupVersion } from '../src/index.ts';

const test = suite('names');

for (const [apiVersion, group, version] of [
  ['v1', '', 'v1'],
  ['apps/v1', 'apps', 'v1'],
  ['networking.k8s.io/v1beta1', 'networking.k8s.io', 'v1beta1'],
] as const)
  test(`${apiVersion} is parsed and formatted`, () => {
    assert.equal(parseGroupVersion(apiVersion), { group, version });
    assert.is(formatGroupVersion(group, version), apiVersion);
  });

test('a resource of the core group is named alone, others with their group', () => {
  assert.is(formatGroupResource({ group: '', resource: 'pods' }), 'pods');
  assert.is(formatGroupResource({ group: 'apps', resource: 'deployments' }), 'deployments.apps');
});

test('a key has the namespace where there is one', () => {
  assert.is(objectKey({ metadata: { name: 'a', namespace: 'n' } }), 'n/a');
  assert.is(objectKey({ metadata: { name: 'a' } }), 'a');
  assert.is(objectKey({ metadata: {} }), '');
});

test.run();
