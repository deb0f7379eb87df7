import type { KubeObject, OwnerReference } from '@towtank/apimachinery';
import type { DiscoveredResource } from '@towtank/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type GraphFindings, OwnerGraph } from '../../src/garbagecollector/owner-graph.ts';

const test = suite('owner graph');

const CONFIG_MAPS: DiscoveredResource = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  singular: 'configmap',
  namespaced: true,
  verbs: [],
  shortNames: [],
  categories: [],
  subresources: [],
  preferred: true,
};

const ownedBy = (uid: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  ...more,
});

const object = (uid: string, ownerReferences: OwnerReference[] = [], metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: uid, namespace: 'shop', uid, ownerReferences, ...metadata },
});

const checked = ({ check }: GraphFindings): string[] => check.map(({ uid }) => uid).sort();

test('a dependent whose owner is known asks for nothing', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('owner'));
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner')]))), []);
});

test('an owner that has not been seen is checked once, however many name it', () => {
  const graph = new OwnerGraph();
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('one', [ownedBy('owner')]))), ['owner']);
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('two', [ownedBy('owner')]))), []);
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('owner'))), []);
});

test('when an owner goes its dependents are checked', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('owner'));
  graph.observe(CONFIG_MAPS, object('one', [ownedBy('owner')]));
  graph.observe(CONFIG_MAPS, object('two', [ownedBy('owner')]));
  assert.equal(
    graph
      .remove('owner')
      .map(({ uid }) => uid)
      .sort(),
    ['one', 'two'],
  );
});

test('a dependent that names its owner wrongly is checked, whoever comes first', () => {
  const wrong = object('child', [ownedBy('owner', { kind: 'Secret' })]);
  const ownerFirst = new OwnerGraph();
  ownerFirst.observe(CONFIG_MAPS, object('owner'));
  assert.equal(checked(ownerFirst.observe(CONFIG_MAPS, wrong)), ['child']);
  const childFirst = new OwnerGraph();
  childFirst.observe(CONFIG_MAPS, wrong);
  assert.equal(checked(childFirst.observe(CONFIG_MAPS, object('owner'))), ['child']);
});

test('an owner in another namespace is no owner', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('owner', [], { namespace: 'elsewhere' }));
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner')]))), ['child']);
});

test('a foreground deletion is noticed once, and looks at the dependents', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('owner'));
  graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner')]));
  const deleting = object('owner', [], { deletionTimestamp: 'now', finalizers: ['foregroundDeletion'] });
  assert.equal(checked(graph.observe(CONFIG_MAPS, deleting)), ['child', 'owner']);
  assert.equal(checked(graph.observe(CONFIG_MAPS, deleting)), []);
});

test('an owner that waits is looked at when a dependent stops blocking it', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner', { blockOwnerDeletion: true })]));
  graph.observe(CONFIG_MAPS, object('owner', [], { deletionTimestamp: 'now', finalizers: ['foregroundDeletion'] }));
  assert.equal(checked(graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner')]))), ['owner']);
});

test('an orphaning deletion is noticed once', () => {
  const graph = new OwnerGraph();
  const deleting = object('owner', [], { deletionTimestamp: 'now', finalizers: ['orphan'] });
  assert.is(graph.observe(CONFIG_MAPS, deleting).orphan?.uid, 'owner');
  assert.is(graph.observe(CONFIG_MAPS, deleting).orphan, undefined);
});

test('an owner that nobody names any more and that was never seen is forgotten', () => {
  const graph = new OwnerGraph();
  graph.observe(CONFIG_MAPS, object('child', [ownedBy('owner')]));
  graph.observe(CONFIG_MAPS, object('child', []));
  assert.is(graph.get('owner'), undefined);
});

test.run();
