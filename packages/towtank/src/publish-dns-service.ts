/** The Service by which pods find the cluster's DNS: `kube-system/kube-dns`. */
import type { KubeClient } from '@towtank/client';
import type { DnsServer } from '@towtank/dns';
import type { VirtualNetwork } from '@towtank/network';

/** The address of the DNS server on the nodes' network. */
export const DNS_ENDPOINT = '172.18.0.53';
const DNS_PORT = 53;
const PORTS = [
  { name: 'dns', port: DNS_PORT, protocol: 'UDP' },
  { name: 'dns-tcp', port: DNS_PORT, protocol: 'TCP' },
];

/** Where kube-dns is reached: the tenth address of the service range, by convention. */
export function dnsServiceIp(serviceCidr: string): string {
  const [base = ''] = serviceCidr.split('/');
  return base.includes(':') ? `${base.replace(/::$/, '')}::a` : base.replace(/\d+$/, '10');
}

/** Makes the DNS server reachable inside the cluster, by Service and by address. */
export async function publishDnsService(
  client: KubeClient,
  network: VirtualNetwork,
  dns: DnsServer,
  clusterIP: string,
): Promise<void> {
  const real = { host: dns.host, port: dns.port };
  network.bind({ ip: DNS_ENDPOINT, port: DNS_PORT, protocol: 'udp' }, real);
  network.bind({ ip: DNS_ENDPOINT, port: DNS_PORT, protocol: 'tcp' }, real);
  const namespace = 'kube-system';
  const labels = { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' };
  await client
    .resource({ group: '', version: 'v1', resource: 'services' })
    .create({ metadata: { name: 'kube-dns', labels }, spec: { clusterIP, ports: PORTS } }, { namespace });
  await client.resource({ group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' }).create(
    {
      metadata: { name: 'kube-dns', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [DNS_ENDPOINT], conditions: { ready: true } }],
      ports: PORTS,
    },
    { namespace },
  );
}
