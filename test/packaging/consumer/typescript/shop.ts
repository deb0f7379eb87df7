import { startCluster } from 'towtank';

/** Which pod answers. */
export async function whoAnswers(): Promise<string> {
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
    return await response.text();
  } finally {
    await cluster.close();
  }
}

void whoAnswers().then((name) => console.log(`answered by ${name}`));
