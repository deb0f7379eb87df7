/** How a suite in Jest uses towtank: every test has a cluster of its own, gone when the test is. */
const { resolve } = require('node:path');
const { startCluster } = require('towtank');

const SHOP = resolve(__dirname, '../../../fixtures/manifests/shop.yaml');

let cluster;

beforeEach(async () => {
  cluster = await startCluster({
    images: {
      'shop/web':
        ({ pod }) =>
        (_request, response) =>
          response.end(pod.metadata.name),
    },
  });
});

afterEach(() => cluster.close());

test('requests are spread evenly over the pods', async () => {
  await cluster.apply(SHOP);
  await cluster.settled();
  const answers = new Map();
  for (let request = 0; request < 9; request += 1) {
    const pod = await (await cluster.fetch('http://web.shop.svc.cluster.local/')).text();
    answers.set(pod, (answers.get(pod) ?? 0) + 1);
  }
  expect([...answers.values()]).toEqual([3, 3, 3]);
});

test('each kind of Service has a name', async () => {
  await cluster.apply(SHOP);
  await cluster.settled();
  expect(await cluster.resolve('web.shop.svc.cluster.local')).toHaveLength(1);
  expect(await cluster.resolve('web-pods.shop.svc.cluster.local')).toHaveLength(3);
  expect(await cluster.resolve('db.shop.svc.cluster.local', 'CNAME')).toEqual(['db.example.com']);
});

test('what the API refuses is an error with its reason', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'bad' }, spec: { ports: [{ port: 0 }] } };
  await expect(cluster.apply([service])).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
});
