import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('what every namespace has');

const start = (): Promise<TestCluster> =>
  TestCluster.start(['serviceaccount-controller', 'root-ca-certificate-publisher-controller'], { caPem: 'PEM' });

test('a new namespace gets a default account and the root CA, and so do those that were there before', async () => {
  await using cluster = await start();
  for (const namespace of ['shop', 'default', 'kube-system']) {
    assert.ok(await cluster.find('serviceaccounts', 'default', namespace), namespace);
    assert.equal(
      (await cluster.find('configmaps', 'kube-root-ca.crt', namespace))?.data,
      { 'ca.crt': 'PEM' },
      namespace,
    );
  }
});

test('both come back when they are deleted', async () => {
  await using cluster = await start();
  await cluster.delete('serviceaccounts', 'default');
  await cluster.delete('configmaps', 'kube-root-ca.crt');
  assert.ok(await cluster.find('serviceaccounts', 'default'));
  assert.ok(await cluster.find('configmaps', 'kube-root-ca.crt'));
});

test('the root CA is put right when somebody changes it', async () => {
  await using cluster = await start();
  await cluster.patch('configmaps', 'kube-root-ca.crt', { data: { 'ca.crt': 'FORGED', more: 'x' } });
  const configMap = await cluster.find('configmaps', 'kube-root-ca.crt');
  assert.equal(configMap?.data, { 'ca.crt': 'PEM' });
  assert.match(configMap?.metadata.annotations?.['kubernetes.io/description'] ?? '', /^Contains a CA bundle/);
});

test('a namespace on its way out gets nothing new', async () => {
  await using cluster = await start();
  await cluster.delete('namespaces', 'shop');
  await cluster.delete('serviceaccounts', 'default');
  assert.is(await cluster.find('serviceaccounts', 'default'), undefined);
});

test.run();
