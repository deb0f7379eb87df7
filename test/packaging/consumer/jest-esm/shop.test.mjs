import { startCluster } from 'towtank';

test('a Service answers', async () => {
  const cluster = await startCluster({
    images: {
      'shop/web':
        ({ pod }) =>
        (_request, response) =>
          response.end(pod.metadata.name),
    },
  });
  try {
    await cluster.apply('shop.yaml');
    await cluster.settled();
    const response = await cluster.fetch('http://web.shop.svc.cluster.local/');
    expect(await response.text()).toMatch(/^web-/);
  } finally {
    await cluster.close();
  }
});
