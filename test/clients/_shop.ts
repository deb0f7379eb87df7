/** The shop of `fixtures/manifests/shop.yaml`, running. */
import { type Cluster, startCluster } from 'towtank';

/** Where the shop is described. */
export const SHOP = 'fixtures/manifests/shop.yaml';

/** A cluster that runs the shop's image, with nothing applied yet. */
export const startShop = (): Promise<Cluster> =>
  startCluster({
    images: {
      'shop/web':
        ({ pod }) =>
        (_request, response) =>
          response.end(pod.metadata.name),
    },
  });
