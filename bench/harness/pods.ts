/** Pods to fill a cluster with: as large as pods are in life. */
import type { KubeObject } from '@towtank/apimachinery';

/** A pod of about 2 KB; every fiftieth carries the label `group: special`. */
export const podNumber = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `pod-${index}`,
    namespace: 'default',
    labels: { app: `app-${index % 100}`, tier: 'back', group: index % 50 === 0 ? 'special' : 'plain' },
    annotations: { 'example.com/note': 'a note that somebody left on this pod, of ordinary length' },
  },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'shop/web:1.2.3',
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [
          { name: 'MODE', value: 'production' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 },
      },
    ],
  },
});
