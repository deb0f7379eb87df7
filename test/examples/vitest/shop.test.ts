/** How a suite in Vitest uses towtank: every test has a cluster of its own, gone when the test is. */
import { fileURLToPath } from 'node:url';
import { startCluster } from 'towtank';
import { describe, expect, it } from 'vitest';

const SHOP = fileURLToPath(new URL('../../../fixtures/manifests/shop.yaml', import.meta.url));

const startShop = () =>
  startCluster({
    images: {
      'shop/web':
        ({ pod }) =>
        (_request, response) =>
          response.end(pod.metadata.name),
    },
  });

describe('the shop', () => {
  it('spreads requests evenly over its pods', async () => {
    await using cluster = await startShop();
    await cluster.apply(SHOP);
    await cluster.settled();
    const answers = new Map<string, number>();
    for (let request = 0; request < 9; request += 1) {
      const pod = await (await cluster.fetch('http://web.shop.svc.cluster.local/')).text();
      answers.set(pod, (answers.get(pod) ?? 0) + 1);
    }
    expect([...answers.values()]).toEqual([3, 3, 3]);
  });

  it('has a name for each kind of Service', async () => {
    await using cluster = await startShop();
    await cluster.apply(SHOP);
    await cluster.settled();
    expect(await cluster.resolve('web.shop.svc.cluster.local')).toHaveLength(1);
    expect(await cluster.resolve('web-pods.shop.svc.cluster.local')).toHaveLength(3);
    expect(await cluster.resolve('db.shop.svc.cluster.local', 'CNAME')).toEqual(['db.example.com']);
  });

  it('follows a change of scale', async () => {
    await using cluster = await startShop();
    await cluster.apply(SHOP);
    await cluster.settled();
    const deployments = cluster.client.resource({ group: 'apps', version: 'v1', resource: 'deployments' });
    await deployments.patch('web', { spec: { replicas: 1 } }, { namespace: 'shop', type: 'merge' });
    await cluster.settled();
    expect(await cluster.resolve('web-pods.shop.svc.cluster.local')).toHaveLength(1);
  });
});
