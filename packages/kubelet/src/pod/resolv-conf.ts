/** A Pod's `/etc/resolv.conf`. */
import type { Pod } from './pod.ts';

/** The cluster's DNS. */
export interface ClusterDns {
  /** Address of the DNS Service. */
  readonly nameserver: string;
  /** `cluster.local` unless given. */
  readonly domain?: string;
}

/** The file as the Pod's DNS policy asks for it; without cluster DNS, one without a name server. */
export function resolvConf({ metadata, spec }: Pod, dns: ClusterDns | undefined): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig = {} } = spec;
  const usesCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !spec.hostNetwork);
  const domain = dns?.domain ?? 'cluster.local';
  const base =
    usesCluster && dns !== undefined
      ? {
          nameservers: [dns.nameserver],
          searches: [`${metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain],
          options: new Map([['ndots', '5']]),
        }
      : { nameservers: [], searches: [], options: new Map<string, string>() };
  const nameservers = [...new Set([...base.nameservers, ...(dnsConfig.nameservers ?? [])])];
  const searches = [...new Set([...base.searches, ...(dnsConfig.searches ?? [])])];
  for (const { name, value = '' } of dnsConfig.options ?? []) base.options.set(name, value);
  const options = [...base.options].map(([name, value]) => (value === '' ? name : `${name}:${value}`));
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
