import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { kubeconfigFor } from '../../src/authentication/kubeconfig.ts';

const test = suite('kubeconfig');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a kubeconfig names server, authority and token', () => {
  const text = kubeconfigFor({
    server: 'https://127.0.0.1:6443',
    caPem: 'CA',
    credential: { token: 'a: "b"' },
    namespace: 'x',
  });
  assert.equal(parse(text), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'towtank', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64('CA') } },
    ],
    users: [{ name: 'towtank', user: { token: 'a: "b"' } }],
    contexts: [{ name: 'towtank', context: { cluster: 'towtank', user: 'towtank', namespace: 'x' } }],
    'current-context': 'towtank',
  });
});

test('a kubeconfig may hold a client certificate', () => {
  const credential = { clientCertPem: 'CERT', clientKeyPem: 'KEY' };
  assert.equal(parse(kubeconfigFor({ server: 'https://x', credential, name: 'y' })).users, [
    { name: 'y', user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') } },
  ]);
});

test('a kubeconfig for an open port has no credential', () => {
  const { clusters, users } = parse(kubeconfigFor({ server: 'http://x' }));
  assert.equal(clusters, [{ name: 'towtank', cluster: { server: 'http://x' } }]);
  assert.equal(users, [{ name: 'towtank', user: {} }]);
});

test.run();
