/** The images of the shop: a container is a function. */
import type { Images } from '@towtank/kubelet';

/** By image name, as the manifests name them. */
export const shopImages: Images = {
  'shop/web':
    ({ pod }) =>
    (_request, response) =>
      response.end(`${pod.metadata.name}\n`),
};
