import { startCluster } from 'towtank';
import { expect, it } from 'vitest';

it('reaches a pod through a Service', async () => {
  await using cluster = await startCluster({
    images: {
      'shop/web':
        ({ pod }) =>
        (_request, response) =>
          response.end(pod.metadata.name),
    },
  });
  await cluster.apply('shop.yaml');
  await cluster.settled();
  const response = await cluster.fetch('http://web.shop.svc.cluster.local/');
  expect(await response.text()).toMatch(/^web-/);
});
