import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { KubeObject } from '@towtank/apimachinery';
import { processCertificateAuthority } from '@towtank/apiserver';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('admission webhooks of a cluster');

const authority = processCertificateAuthority();
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };

/** A webhook that labels what it is asked about, and refuses what is called `bad`. */
function labeller(host: string): Server {
  const { certPem, keyPem } = authority.issueServingCertificate({ hosts: [host] });
  return createServer({ cert: certPem, key: keyPem }, async (request, response) => {
    const review = (await json(request)) as { apiVersion: string; kind: string; request: KubeObject };
    const patch = [{ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } }];
    const decision =
      review.request.name === 'bad'
        ? { allowed: false, status: { message: 'bad names are not taken' } }
        : { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
    response.end(JSON.stringify({ ...review, response: { uid: review.request.uid, ...decision } }));
  });
}

const configuration = (clientConfig: object): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'labeller' },
  webhooks: [
    {
      name: 'labeller.example.com',
      clientConfig: { ...clientConfig, caBundle: Buffer.from(authority.caPem).toString('base64') },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
});

async function assertAsked(cluster: Cluster): Promise<void> {
  const configMaps = cluster.client.resource(CONFIG_MAPS);
  const create = (name: string): Promise<KubeObject> =>
    configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
  assert.equal((await create('good')).metadata.labels, { seen: 'yes' });
  await create('bad').then(
    () => assert.unreachable('the webhook was not asked'),
    ({ code, message }: { code: number; message: string }) =>
      assert.equal(
        [code, message],
        [400, 'admission webhook "labeller.example.com" denied the request: bad names are not taken'],
      ),
  );
}

test('are asked through their Service when a pod serves them', async () => {
  await using cluster = await startCluster({
    port: false,
    images: { 'example/labeller': () => labeller('labeller.default.svc') },
  });
  await cluster.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'labeller', namespace: 'default', labels: { app: 'labeller' } },
      spec: { containers: [{ name: 'main', image: 'example/labeller', ports: [{ containerPort: 8443 }] }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'labeller', namespace: 'default' },
      spec: { selector: { app: 'labeller' }, ports: [{ port: 443, targetPort: 8443 }] },
    },
  ]);
  await cluster.settled();
  await cluster.apply([configuration({ service: { namespace: 'default', name: 'labeller', path: '/label' } })]);
  await assertAsked(cluster);
});

test('are asked on a port of this machine', async () => {
  const server = labeller('localhost').listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using cluster = await startCluster({ port: false, nodes: 0 });
    const { port } = server.address() as AddressInfo;
    await cluster.apply([configuration({ url: `https://localhost:${port}/label` })]);
    await assertAsked(cluster);
  } finally {
    server.close();
  }
});

test('are never looked for outside of this machine', async () => {
  await using cluster = await startCluster({ port: false, nodes: 0 });
  await cluster.apply([configuration({ url: 'https://198.51.100.7/label' })]);
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' } };
  await cluster.client
    .resource(CONFIG_MAPS)
    .create(body)
    .then(
      () => assert.unreachable('the webhook was passed by'),
      ({ message }: Error) => assert.match(message, /dial tcp 198\.51\.100\.7:443: connect: no route to host$/),
    );
});

test.run();
