/** The Service by which pods find the API server: `default/kubernetes`, with endpoints kept by the server itself. */
import { hasReason, type KubeObject, statusErrorFrom, type Transport } from '@towtank/apimachinery';

/** Where the API server is reached inside the cluster. */
export interface AdvertisedAddress {
  readonly ip: string;
  readonly port: number;
}

const LABELS = { component: 'apiserver', provider: 'kubernetes' };

/** Creates the Service and its endpoints, through the API like anybody. */
export async function publishKubernetesService(
  transport: Transport,
  clusterIp: string,
  { ip, port }: AdvertisedAddress,
): Promise<void> {
  const namespaced = '/api/v1/namespaces/default';
  await create(transport, `${namespaced}/services`, {
    metadata: { name: 'kubernetes', labels: LABELS },
    spec: {
      clusterIP: clusterIp,
      clusterIPs: [clusterIp],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
  });
  await create(transport, `${namespaced}/endpoints`, {
    metadata: { name: 'kubernetes', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  });
  await create(transport, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  });
}

async function create(transport: Transport, url: string, object: KubeObject): Promise<void> {
  const headers = { 'user-agent': 'kube-apiserver', 'content-type': 'application/json' };
  const response = await transport.request({ method: 'POST', url, headers, object });
  if (response.status < 300 || response.type !== 'object') return;
  const error = statusErrorFrom(response.object as object, response.status);
  if (!hasReason(error, 'AlreadyExists')) throw error;
}
