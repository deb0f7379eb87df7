/** Secrets that keep the token of a service account. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestCluster } from '../_cluster.ts';

const test = suite('token controller');

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const start = (): Promise<TestCluster> =>
  TestCluster.start(['serviceaccount-token-controller'], { caPem: 'PEM', signsTokens: true });

async function createSecret(cluster: TestCluster, name: string, more: object = {}): Promise<void> {
  const metadata = { name, annotations: { [ACCOUNT]: 'default' } };
  await cluster.create('secrets', { kind: 'Secret', metadata, type: TYPE, ...more });
  await cluster.settled();
}

const decoded = (secret: KubeObject | undefined, key: string): string =>
  Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();

test('a Secret that asks for a token gets it, with the authority and the namespace', async () => {
  await using cluster = await start();
  await createSecret(cluster, 'robot');
  const [secret, account] = [await cluster.find('secrets', 'robot'), await cluster.find('serviceaccounts', 'default')];
  assert.is(decoded(secret, 'namespace'), 'shop');
  assert.is(decoded(secret, 'ca.crt'), 'PEM');
  assert.is(secret?.metadata.annotations?.[UID], account?.metadata.uid);
  const claims = JSON.parse(Buffer.from(decoded(secret, 'token').split('.')[1] ?? '', 'base64url').toString());
  assert.equal(claims, {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'shop',
    'kubernetes.io/serviceaccount/secret.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.name': 'default',
    'kubernetes.io/serviceaccount/service-account.uid': account?.metadata.uid,
    sub: 'system:serviceaccount:shop:default',
  });
});

test('what is missing is put back, and what a Secret holds besides is kept', async () => {
  await using cluster = await start();
  await createSecret(cluster, 'robot', { data: { extra: 'eA==' } });
  const before = await cluster.find('secrets', 'robot');
  await cluster.patch('secrets', 'robot', { data: { 'ca.crt': 'Zm9yZ2Vk', token: null, namespace: null } });
  const after = await cluster.find('secrets', 'robot');
  assert.equal(after?.data, before?.data);
  assert.is(decoded(after, 'extra'), 'x');
});

test('a Secret of an account that does not exist is deleted', async () => {
  await using cluster = await start();
  await createSecret(cluster, 'stray', { metadata: { name: 'stray', annotations: { [ACCOUNT]: 'nobody' } } });
  assert.is(await cluster.find('secrets', 'stray'), undefined);
});

test('so is one that means an earlier account of the name', async () => {
  await using cluster = await start();
  const annotations = { [ACCOUNT]: 'default', [UID]: 'another' };
  await createSecret(cluster, 'late', { metadata: { name: 'late', annotations } });
  assert.is(await cluster.find('secrets', 'late'), undefined);
});

test('the Secrets of an account go with it, and no others', async () => {
  await using cluster = await start();
  await createSecret(cluster, 'robot');
  await createSecret(cluster, 'password', { type: 'Opaque' });
  await cluster.delete('serviceaccounts', 'default');
  assert.is(await cluster.find('secrets', 'robot'), undefined);
  assert.ok(await cluster.find('secrets', 'password'));
});

test('an account does not list a token that is gone', async () => {
  await using cluster = await start();
  await createSecret(cluster, 'robot');
  await createSecret(cluster, 'password', { type: 'Opaque' });
  await cluster.patch('serviceaccounts', 'default', { secrets: [{ name: 'robot' }, { name: 'password' }] });
  await cluster.delete('secrets', 'password');
  await cluster.delete('secrets', 'robot');
  assert.equal((await cluster.find('serviceaccounts', 'default'))?.secrets, [{ name: 'password' }]);
});

test.run();
