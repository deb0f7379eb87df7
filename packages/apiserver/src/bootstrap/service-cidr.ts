/** The range of ClusterIPs as an object. */
import { formatTime } from '@towtank/apimachinery';
import type { BootstrapObject } from './bootstrap-objects.ts';

/** The ServiceCIDR that the API server makes of its own flag. `now` is in milliseconds. */
export const defaultServiceCidr = (cidrs: readonly string[], now: number): BootstrapObject => ({
  prefix: 'networking.k8s.io/servicecidrs',
  key: 'kubernetes',
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    spec: { cidrs: [...cidrs] },
    status: {
      conditions: [
        {
          lastTransitionTime: formatTime(now),
          message: 'Kubernetes Service CIDR is ready',
          reason: '',
          status: 'True',
          type: 'Ready',
        },
      ],
    },
  },
});
