import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('the service CA of a namespace');

const NAME = 'openshift-service-ca.crt';
const start = (): Promise<TestCluster> => TestCluster.start(['service-ca-certificate-publisher-controller']);

test('a namespace gets an empty config map for it, which comes back when it is deleted', async () => {
  await using cluster = await start();
  await cluster.delete('configmaps', NAME);
  const configMap = await cluster.find('configmaps', NAME);
  assert.equal(configMap?.data, { 'service-ca.crt': '' });
  assert.equal(configMap?.metadata.annotations, { 'service.beta.openshift.io/inject-cabundle': 'true' });
});

test('what somebody puts into it stays, but its annotation too', async () => {
  await using cluster = await start();
  const annotations = { 'service.beta.openshift.io/inject-cabundle': null };
  await cluster.patch('configmaps', NAME, { data: { 'service-ca.crt': 'CA' }, metadata: { annotations } });
  const configMap = await cluster.find('configmaps', NAME);
  assert.equal(configMap?.data, { 'service-ca.crt': 'CA' });
  assert.equal(configMap?.metadata.annotations, { 'service.beta.openshift.io/inject-cabundle': 'true' });
});

test.run();
