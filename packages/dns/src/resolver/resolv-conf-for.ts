/** Which resolver configuration a pod gets from its kubelet. */

import type { Pod, PodSpec } from '../kubernetes/cluster-objects.ts';
import { DEFAULT_ZONE } from '../options.ts';
import { mergeOptions, type ResolvConf, type ResolverOption } from './resolv-conf.ts';

/** What a kubelet knows about DNS. */
export interface ResolvConfContext {
  /** The addresses of the cluster DNS: one, or one per family. */
  readonly nameserver: string | readonly string[];
  /** Default `cluster.local`. */
  readonly zone?: string;
  /** The configuration of the node. Default: an empty one. */
  readonly hostResolvConf?: ResolvConf;
}

/** A pod's configuration, and what had to be cut to make it. */
export interface PodResolvConf extends ResolvConf {
  /** Messages for Warning events with reason `DNSConfigForming`, one per limit that was exceeded. */
  readonly warnings: readonly string[];
}

/** The limits that a kubelet keeps to, because resolvers of the C library do. */
export const RESOLV_CONF_LIMITS: Readonly<{
  nameservers: number;
  searchPaths: number;
  searchCharacters: number;
  searchPathCharacters: number;
}> = { nameservers: 3, searchPaths: 32, searchCharacters: 2048, searchPathCharacters: 253 };

const EMPTY: ResolvConf = { nameservers: [], search: [], options: [] };
const CLUSTER_OPTIONS: readonly ResolverOption[] = [{ name: 'ndots', value: '5' }];

/**
 * The configuration of a pod by its `dnsPolicy` and `dnsConfig`. `ClusterFirst` on the host's network means `Default`,
 * which is the host's own configuration; what `dnsConfig` holds comes on top of any policy.
 */
export function resolvConfFor(pod: Pod, context: ResolvConfContext): PodResolvConf {
  const base = configOfPolicy(pod, context);
  return fitted(withDnsConfig(base, pod.spec?.dnsConfig));
}

/**
 * For a client outside of every pod: a name is tried as it stands, then inside the namespace given, then as
 * `service.namespace` and below the zone. No real machine is set up like this; it is a convenience for tests.
 */
export function resolvConfOutside({
  nameserver,
  zone = DEFAULT_ZONE,
  namespace = 'default',
}: Pick<ResolvConfContext, 'nameserver' | 'zone'> & { readonly namespace?: string }): ResolvConf {
  return {
    nameservers: listOf(nameserver),
    search: [`${namespace}.svc.${zone}`, `svc.${zone}`, zone],
    options: [{ name: 'ndots', value: '0' }],
  };
}

function configOfPolicy(
  { metadata, spec = {} }: Pod,
  { nameserver, zone = DEFAULT_ZONE, hostResolvConf = EMPTY }: ResolvConfContext,
): ResolvConf {
  switch (effectivePolicy(spec)) {
    case 'None':
      return EMPTY;
    case 'Default':
      return hostResolvConf;
    default:
      return {
        nameservers: listOf(nameserver),
        search: unique([
          `${metadata.namespace ?? 'default'}.svc.${zone}`,
          `svc.${zone}`,
          zone,
          ...hostResolvConf.search,
        ]),
        options: CLUSTER_OPTIONS,
      };
  }
}

function effectivePolicy({ dnsPolicy = 'ClusterFirst', hostNetwork = false }: PodSpec): string {
  return dnsPolicy === 'ClusterFirst' && hostNetwork ? 'Default' : dnsPolicy;
}

function withDnsConfig(base: ResolvConf, config: PodSpec['dnsConfig']): ResolvConf {
  if (config === undefined) return base;
  const options = (config.options ?? []).map(
    ({ name = '', value }): ResolverOption => (value === undefined ? { name } : { name, value }),
  );
  return {
    nameservers: unique([...base.nameservers, ...(config.nameservers ?? [])]),
    search: unique([...base.search, ...(config.searches ?? [])]),
    options: mergeOptions(base.options, options),
  };
}

function fitted({ nameservers, search, options }: ResolvConf): PodResolvConf {
  const limits = RESOLV_CONF_LIMITS;
  const keptServers = nameservers.slice(0, limits.nameservers);
  const keptSearch = fittedSearch(search);
  const warnings: string[] = [];
  if (keptServers.length < nameservers.length)
    warnings.push(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${keptServers.join(' ')}`,
    );
  if (keptSearch.length < search.length)
    warnings.push(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${keptSearch.join(' ')}`,
    );
  return { nameservers: keptServers, search: keptSearch, options, warnings };
}

function fittedSearch(search: readonly string[]): string[] {
  const limits = RESOLV_CONF_LIMITS;
  // Some resolvers abort on a search path that no name can have, so such paths are dropped before the line is cut.
  const kept = search.slice(0, limits.searchPaths).filter((path) => path.length <= limits.searchPathCharacters);
  while (kept.join(' ').length > limits.searchCharacters) kept.pop();
  return kept;
}

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

const unique = (values: readonly string[]): string[] => [...new Set(values)];
