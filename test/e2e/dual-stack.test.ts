/** A cluster of both families: pods, Services, endpoints, names and connections. */
import type { KubeObject } from '@towtank/apimachinery';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('dual stack');
const SERVICE_CIDRS = ['10.96.0.0/16', 'fd00:10:96::/112'];
const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'shop/web',
            ports: [{ containerPort: 80 }, { name: 'echo', containerPort: 7, protocol: 'UDP' }],
          },
        ],
      },
    },
  },
};
const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
});

async function startShop(...services: object[]): Promise<Cluster> {
  const cluster = await startCluster({
    port: false,
    serviceCidrs: SERVICE_CIDRS,
    images: {
      'shop/web': ({ pod }) => ({
        http: (_request, response) => response.end(pod.metadata.name),
        udp: (message, reply) => reply(message),
      }),
    },
  });
  await cluster.apply([WEB, ...services] as KubeObject[]);
  await cluster.settled();
  return cluster;
}

const resource = (cluster: Cluster, path: string): ReturnType<Cluster['client']['resource']> => {
  const [resourceName = '', version = '', group = ''] = path.split('/').reverse();
  return cluster.client.resource({ group, version, resource: resourceName });
};

test('pods and nodes have addresses of both families', async () => {
  await using cluster = await startShop();
  const { items } = await resource(cluster, 'v1/pods').list({ namespace: 'default' });
  for (const { status } of items) {
    assert.is(status.podIP, status.podIPs[0].ip);
    assert.match(status.podIPs[0].ip, /^10\.244\.0\.\d+$/);
    assert.match(status.podIPs[1].ip, /^fd00:10:244::\w+$/);
  }
  const node = await resource(cluster, 'v1/nodes').get('node-1');
  assert.equal(node.spec.podCIDRs, ['10.244.0.0/24', 'fd00:10:244::/64']);
});

test('a dual-stack Service has slices, names and connections of both families', async () => {
  await using cluster = await startShop(service('web', { ipFamilyPolicy: 'RequireDualStack' }));
  const { spec } = await resource(cluster, 'v1/services').get('web', { namespace: 'default' });
  const { items } = await resource(cluster, 'discovery.k8s.io/v1/endpointslices').list({
    namespace: 'default',
    labelSelector: 'kubernetes.io/service-name=web',
  });
  assert.equal(items.map(({ addressType, endpoints }) => [addressType, endpoints.length]).sort(), [
    ['IPv4', 2],
    ['IPv6', 2],
  ]);
  const name = 'web.default.svc.cluster.local';
  assert.equal(await cluster.resolve(name, 'A'), [spec.clusterIPs[0]]);
  assert.equal(await cluster.resolve(name, 'AAAA'), [spec.clusterIPs[1]]);
  for (const host of [name, spec.clusterIPs[0], `[${spec.clusterIPs[1]}]`]) {
    const pods = new Set<string>();
    for (let call = 0; call < 2; call += 1) pods.add(await (await cluster.fetch(`http://${host}/`)).text());
    assert.is(pods.size, 2, host);
  }
  const socket = await cluster.connect({ host: name, port: 80, family: 6 });
  assert.equal([socket.remoteFamily, socket.remoteAddress], ['IPv6', spec.clusterIPs[1]]);
  socket.destroy();
});

test('Endpoints follow the primary family, whichever it is', async () => {
  await using cluster = await startShop(
    service('v6-first', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] }),
    service('v6-only', { ipFamilies: ['IPv6'] }),
  );
  for (const name of ['v6-first', 'v6-only']) {
    const { subsets } = await resource(cluster, 'v1/endpoints').get(name, { namespace: 'default' });
    assert.ok(
      subsets[0].addresses.every(({ ip }: { ip: string }) => ip.startsWith('fd00:10:244::')),
      name,
    );
    assert.is((await cluster.fetch(`http://${name}.default.svc.cluster.local/`)).status, 200);
  }
  assert.equal(await cluster.resolve('v6-only.default.svc.cluster.local', 'A').catch(({ code }) => code), 'ENODATA');
});

test('a headless Service has the addresses of its pods in both families', async () => {
  await using cluster = await startShop(service('peers', { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack' }));
  const name = 'peers.default.svc.cluster.local';
  assert.is(((await cluster.resolve(name, 'A')) as string[]).length, 2);
  assert.ok(((await cluster.resolve(name, 'AAAA')) as string[]).every((ip) => ip.startsWith('fd00:10:244::')));
});

test('UDP goes to an IPv6 cluster IP and comes back from it', async () => {
  await using cluster = await startShop(
    service('echo', { ipFamilies: ['IPv6'], ports: [{ port: 7, protocol: 'UDP' }] }),
  );
  const { spec } = await resource(cluster, 'v1/services').get('echo', { namespace: 'default' });
  using socket = cluster.datagram();
  const reply = new Promise<[string, string]>((resolve) =>
    socket.once('message', (data, from) => resolve([String(data), from.ip])),
  );
  await socket.send('ping', { ip: spec.clusterIP, port: 7 });
  assert.equal(await reply, ['ping', spec.clusterIP]);
});

test('a Service takes up the second family, and gives it back', async () => {
  await using cluster = await startShop(service('web', {}));
  const services = resource(cluster, 'v1/services');
  const setPolicy = async (ipFamilyPolicy: string): Promise<string[]> => {
    const { spec } = await services.patch('web', { spec: { ipFamilyPolicy } }, { namespace: 'default' });
    await cluster.settled();
    return spec.clusterIPs;
  };
  const [, second = ''] = await setPolicy('PreferDualStack');
  assert.is((await cluster.fetch(`http://[${second}]/`)).status, 200);
  assert.is((await setPolicy('SingleStack')).length, 1);
  const refused = await cluster.connect({ host: second, port: 80 }).catch(({ code }) => code);
  assert.is(refused, 'EHOSTUNREACH');
});

test('a cluster of IPv6 alone works as well', async () => {
  await using cluster = await startCluster({
    port: false,
    serviceCidrs: ['fd00:10:96::/112'],
    podCidr: 'fd00:10:244::/56',
    images: { 'shop/web': () => (_request, response) => response.end('six') },
  });
  await cluster.apply([WEB, service('web', {})] as KubeObject[]);
  await cluster.settled();
  assert.is(await (await cluster.fetch('http://web.default.svc.cluster.local/')).text(), 'six');
  const { spec } = await resource(cluster, 'v1/services').get('web', { namespace: 'default' });
  assert.equal(spec.ipFamilies, ['IPv6']);
});

test.run();
