import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AddressPool } from '../../src/loadbalancer/address-pool.ts';
import { TestCluster } from '../_cluster.ts';

const test = suite('load balancer controller');

const start = (loadBalancerCidr = '203.0.113.0/29'): Promise<TestCluster> =>
  TestCluster.start(['service-lb-controller'], { loadBalancerCidr });

const balanced = (cluster: TestCluster, name: string, spec: object = {}): Promise<void> =>
  cluster.service(name, { type: 'LoadBalancer', ...spec });

async function addressOf(cluster: TestCluster, name: string): Promise<unknown> {
  return (await cluster.find('services', name))?.status?.loadBalancer?.ingress;
}

const vip = (ip: string): object[] => [{ ip, ipMode: 'VIP' }];

test('Services get the lowest free addresses, and give them back', async () => {
  await using cluster = await start();
  await balanced(cluster, 'one');
  await balanced(cluster, 'two');
  assert.equal(await addressOf(cluster, 'one'), vip('203.0.113.1'));
  assert.equal(await addressOf(cluster, 'two'), vip('203.0.113.2'));
  await cluster.delete('services', 'one');
  await balanced(cluster, 'three');
  assert.equal(await addressOf(cluster, 'three'), vip('203.0.113.1'));
  assert.ok((await cluster.reasons('three')).includes('EnsuredLoadBalancer'));
});

test('a wanted address of the pool is given', async () => {
  await using cluster = await start();
  await balanced(cluster, 'web', { loadBalancerIP: '203.0.113.5' });
  assert.equal(await addressOf(cluster, 'web'), vip('203.0.113.5'));
});

test('a Service of another class, or of another type, gets none', async () => {
  await using cluster = await start();
  await balanced(cluster, 'foreign', { loadBalancerClass: 'example.com/lb' });
  await cluster.service('plain');
  assert.is(await addressOf(cluster, 'foreign'), undefined);
  assert.is(await addressOf(cluster, 'plain'), undefined);
});

test('where the pool is empty a Service waits, says so, and takes what comes free', async () => {
  await using cluster = await start('203.0.113.7/32');
  await balanced(cluster, 'one');
  await balanced(cluster, 'two');
  assert.is(await addressOf(cluster, 'two'), undefined);
  assert.ok((await cluster.reasons('two')).includes('SyncLoadBalancerFailed'));
  await cluster.patch('services', 'one', { spec: { type: 'ClusterIP' } });
  assert.is(await addressOf(cluster, 'one'), undefined);
  assert.equal(await addressOf(cluster, 'two'), vip('203.0.113.7'));
});

test('a cluster without nodes has nothing to balance to', async () => {
  await using cluster = await start();
  await cluster.delete('nodes', 'node-a');
  await cluster.delete('nodes', 'node-b');
  await balanced(cluster, 'web');
  assert.is(await addressOf(cluster, 'web'), undefined);
  await cluster.node('node-c', 'zone-c');
  assert.equal(await addressOf(cluster, 'web'), vip('203.0.113.1'));
});

test('a pool that is no range is refused', () => {
  assert.throws(() => new AddressPool('203.0.113.0'), /"203.0.113.0" is no IPv4 CIDR/);
});

test.run();
