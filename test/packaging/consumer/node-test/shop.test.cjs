const assert = require('node:assert/strict');
const { test } = require('node:test');
const { startCluster } = require('towtank');

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
    assert.match(await response.text(), /^web-/);
  } finally {
    await cluster.close();
  }
});
