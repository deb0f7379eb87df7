/** Everything that can be set about a cluster, with its defaults. */
import type { Clock, UserInfo } from '@towtank/apimachinery';
import type { DnsOptions } from '@towtank/dns';
import type { Images, NodeSpec } from '@towtank/kubelet';
import type { VirtualAddress } from '@towtank/network';
import type { ProxyOptions } from '@towtank/proxy';

/** Options of a cluster. Every one has a default that works. */
export interface ClusterOptions {
  /** What plays the containers: functions by image pattern. An image that none matches is simulated: Running at once. */
  readonly images?: Images;
  /** How many nodes, or which. Default 1; with 0 pods stay Pending. */
  readonly nodes?: number | readonly NodeSpec[];
  /** The same seed gives the same uids, names and addresses. Default `towtank`. */
  readonly seed?: string;
  /** Default: the machine's clock. Tests pass a FakeClock to move time by hand. */
  readonly clock?: Clock;
  /** Ranges of ClusterIPs, the primary one first; two of different families make a dual-stack cluster. Default `10.96.0.0/16`. */
  readonly serviceCidrs?: readonly string[];
  /**
   * Range of pod addresses; two of different families with a comma between, as kube-controller-manager takes them.
   * Default `10.244.0.0/16`, and where `serviceCidrs` are of both families `10.244.0.0/16,fd00:10:244::/56`.
   */
  readonly podCidr?: string;
  /** Range from which LoadBalancer Services get their address. Default `203.0.113.0/24`. */
  readonly loadBalancerCidr?: string;
  /** `RBAC` (the default), or `AlwaysAllow`. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow';
  /** How many reading requests the API server serves at the same time; 0 is no limit. Default 400. */
  readonly maxRequestsInFlight?: number;
  /** The same for requests that may change something. Default 200. */
  readonly maxMutatingRequestsInFlight?: number;
  /** The administrator's token. Default: derived from the seed. */
  readonly adminToken?: string;
  /** More tokens and their users. */
  readonly tokens?: Readonly<Record<string, UserInfo>>;
  /** Where the API server listens. Default 127.0.0.1. */
  readonly host?: string;
  /** Port of HTTPS. Default 0: any free one. `false` opens none; the cluster is then reached in process only. */
  readonly port?: number | false;
  /** Port of plain HTTP, where anybody is the administrator. Default: none. */
  readonly insecurePort?: number;
  /** Port of the cluster's DNS, UDP and TCP. Default 0: any free one. */
  readonly dnsPort?: number;
  /** Port of a SOCKS5 server through which other processes reach cluster names and addresses. Default: none. */
  readonly socksPort?: number;
  /** More of the DNS server's options. */
  readonly dns?: Omit<DnsOptions, 'client' | 'informers' | 'clock' | 'activity' | 'random' | 'port'>;
  /** More of the proxy's options. */
  readonly proxy?: Omit<ProxyOptions, 'client' | 'informers' | 'network' | 'clock' | 'activity' | 'random'>;
  /**
   * Gives every virtual IPv4 address a stand-in with the same ports in 127.64.0.0/10, and lets the DNS port answer
   * those, so that programs which know nothing of the cluster reach it. Linux only; ports below 1024 need the right to
   * them. Default: off.
   */
  readonly bindVirtualIps?: boolean;
  /** Told of each stand-in that cannot be opened. */
  readonly virtualIpFailed?: (address: VirtualAddress, error: Error) => void;
  /** Real addresses other than loopback that hand-written endpoints may lead to, as IPs or CIDRs. Default: none. */
  readonly allow?: readonly string[];
}

/** The settings that always have a value. */
export type ClusterDefaults = Required<
  Pick<ClusterOptions, 'nodes' | 'seed' | 'serviceCidrs' | 'podCidr' | 'loadBalancerCidr' | 'host'>
>;

/** The defaults of plain settings. */
export const CLUSTER_DEFAULTS: ClusterDefaults = {
  nodes: 1,
  seed: 'towtank',
  serviceCidrs: ['10.96.0.0/16'],
  podCidr: '10.244.0.0/16',
  loadBalancerCidr: '203.0.113.0/24',
  host: '127.0.0.1',
};

/** The range of pods where both families are asked for. */
const DUAL_STACK_POD_CIDR = '10.244.0.0/16,fd00:10:244::/56';

/** The options with their defaults: pods have the families of the Services unless told otherwise. */
export function withDefaults(options: ClusterOptions): ClusterOptions & ClusterDefaults {
  const families = new Set((options.serviceCidrs ?? []).map((cidr) => cidr.includes(':')));
  const podCidr = families.size > 1 ? DUAL_STACK_POD_CIDR : CLUSTER_DEFAULTS.podCidr;
  return { ...CLUSTER_DEFAULTS, podCidr, ...options };
}
