import type { KubeObject, OwnerReference } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('garbage collector');

const start = (): Promise<TestCluster> => TestCluster.start(['garbage-collector-controller']);
const NEVER = '99999999-9999-4999-8999-999999999999';
const HOLD = { finalizers: ['example.com/hold'] };

/** Creates a ConfigMap that these own, and answers it as an owner. */
async function configMap(
  cluster: TestCluster,
  name: string,
  ownerReferences: OwnerReference[] = [],
  metadata: object = {},
): Promise<OwnerReference> {
  const object: KubeObject = { kind: 'ConfigMap', metadata: { name, ownerReferences, ...metadata } };
  const created = await cluster.create('configmaps', object);
  await cluster.settled();
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: created.metadata.uid ?? '' };
}

const left = async (cluster: TestCluster): Promise<string[]> =>
  (await cluster.resource('configmaps').list({ namespace: 'shop' })).items
    .map(({ metadata }) => metadata.name ?? '')
    .sort();

interface Case {
  readonly name: string;
  readonly when: (cluster: TestCluster) => Promise<void>;
  readonly left: readonly string[];
}

const CASES: Case[] = [
  {
    name: 'dependents follow their owner, and theirs follow them',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      const child = await configMap(cluster, 'child', [parent]);
      await configMap(cluster, 'grandchild', [child]);
      await configMap(cluster, 'other');
      await cluster.delete('configmaps', 'parent');
    },
    left: ['other'],
  },
  {
    name: 'an owner that never was is as good as gone',
    when: async (cluster) => {
      await configMap(cluster, 'lost', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: NEVER }]);
    },
    left: [],
  },
  {
    name: 'an object of the same name with another uid is not the owner',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [{ ...parent, uid: NEVER }]);
    },
    left: ['parent'],
  },
  {
    name: 'the right uid under the wrong name is not the owner either',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [{ ...parent, name: 'other' }]);
    },
    left: ['parent'],
  },
  {
    name: 'one owner that is left keeps the dependent',
    when: async (cluster) => {
      const one = await configMap(cluster, 'one');
      const two = await configMap(cluster, 'two');
      await configMap(cluster, 'child', [one, two]);
      await cluster.delete('configmaps', 'one');
    },
    left: ['child', 'two'],
  },
  {
    name: 'an owner of a kind that is not served proves nothing',
    when: async (cluster) => {
      await configMap(cluster, 'child', [{ apiVersion: 'example.com/v1', kind: 'Ghost', name: 'g', uid: NEVER }]);
    },
    left: ['child'],
  },
  {
    name: 'a foreground deletion removes the owner last',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [{ ...parent, blockOwnerDeletion: true }]);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Foreground' });
    },
    left: [],
  },
  {
    name: 'a dependent that is held holds its owner in a foreground deletion',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [{ ...parent, blockOwnerDeletion: true }], HOLD);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Foreground' });
    },
    left: ['child', 'parent'],
  },
  {
    name: 'and lets it go with itself',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [{ ...parent, blockOwnerDeletion: true }], HOLD);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Foreground' });
      await cluster.patch('configmaps', 'child', { metadata: { finalizers: null } });
    },
    left: [],
  },
  {
    name: 'a dependent that does not block is no reason to wait',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [parent], HOLD);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Foreground' });
    },
    left: ['child'],
  },
  {
    name: 'a foreground deletion goes all the way down',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      const child = await configMap(cluster, 'child', [{ ...parent, blockOwnerDeletion: true }]);
      await configMap(cluster, 'grandchild', [{ ...child, blockOwnerDeletion: true }]);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Foreground' });
    },
    left: [],
  },
  {
    name: 'two that own each other do not wait for each other',
    when: async (cluster) => {
      const one = await configMap(cluster, 'one');
      const two = await configMap(cluster, 'two', [{ ...one, blockOwnerDeletion: true }]);
      await cluster.patch('configmaps', 'one', {
        metadata: { ownerReferences: [{ ...two, blockOwnerDeletion: true }] },
      });
      await cluster.delete('configmaps', 'one', { propagationPolicy: 'Foreground' });
    },
    left: [],
  },
  {
    name: 'an orphaning deletion leaves the dependents',
    when: async (cluster) => {
      const parent = await configMap(cluster, 'parent');
      await configMap(cluster, 'child', [parent]);
      await cluster.delete('configmaps', 'parent', { propagationPolicy: 'Orphan' });
    },
    left: ['child'],
  },
];

for (const { name, when, left: expected } of CASES) {
  test(name, async () => {
    await using cluster = await start();
    await when(cluster);
    assert.equal(await left(cluster), expected);
  });
}

test('what has lost one of two owners, or was orphaned, no longer names it', async () => {
  await using cluster = await start();
  const one = await configMap(cluster, 'one');
  const two = await configMap(cluster, 'two');
  await configMap(cluster, 'child', [one, two]);
  const owners = async (): Promise<string[] | undefined> =>
    (await cluster.find('configmaps', 'child'))?.metadata.ownerReferences?.map(({ name }) => name);
  await cluster.delete('configmaps', 'one');
  assert.equal(await owners(), ['two']);
  await cluster.delete('configmaps', 'two', { propagationPolicy: 'Orphan' });
  assert.is(await owners(), undefined);
});

test('an owner without a namespace may own what has one', async () => {
  await using cluster = await start();
  const role = await cluster.create('rbac.authorization.k8s.io/v1/clusterroles', {
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [],
  });
  const owner = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    name: 'reader',
    uid: role.metadata.uid ?? '',
  };
  await configMap(cluster, 'child', [owner]);
  assert.equal(await left(cluster), ['child']);
  await cluster.delete('rbac.authorization.k8s.io/v1/clusterroles', 'reader');
  assert.equal(await left(cluster), []);
});

test('an owner with a namespace cannot own what has none: nothing is deleted, and an Event says why', async () => {
  await using cluster = await start();
  const { items } = await cluster.resource('configmaps').list({ namespace: 'shop' });
  assert.equal(items, []);
  const owner = await configMap(cluster, 'parent');
  await cluster.create('rbac.authorization.k8s.io/v1/clusterroles', {
    kind: 'ClusterRole',
    metadata: { name: 'reader', ownerReferences: [owner] },
    rules: [],
  });
  await cluster.settled();
  await cluster.delete('configmaps', 'parent');
  assert.ok(await cluster.find('rbac.authorization.k8s.io/v1/clusterroles', 'reader'));
  const events = await cluster.resource('events').list({ namespace: 'default' });
  assert.ok(events.items.some(({ reason }) => reason === 'OwnerRefInvalidNamespace'));
});

test.run();
