/** Names as pods and outsiders see them. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import {
  createResolver,
  type DnsServer,
  isKnownRecord,
  type ResolvConf,
  type Resolver,
  type ResourceRecord,
  resolvConfFor,
  resolvConfOutside,
} from '@towtank/dns';
import type { NameResolver, Source } from '@towtank/network';
import type { Caller } from './caller.ts';

/** Resolves for a cluster. */
export interface ClusterResolver extends NameResolver {
  /** The records of a name in the form of `dns.promises.resolve(name, type)`. Rejects as that does. */
  resolveAs(name: string, type: string, from: Caller | undefined): Promise<unknown>;
}

/** What the resolver works with. */
export interface ClusterResolverOptions {
  readonly dns: DnsServer;
  readonly pods: Informer<KubeObject>;
  /** The address of the cluster DNS as pods see it. */
  readonly nameserver: string;
}

/** A resolver that tries names in the order of each pod's own `resolv.conf`. */
export function clusterResolver({ dns, pods, nameserver }: ClusterResolverOptions): ClusterResolver {
  const resolverOf = (pod: KubeObject | undefined): Resolver => {
    const resolvConf: ResolvConf =
      pod === undefined
        ? resolvConfOutside({ nameserver, zone: dns.zone })
        : resolvConfFor(pod, { nameserver, zone: dns.zone });
    const client =
      pod === undefined
        ? {}
        : { client: { address: pod.status?.podIP ?? '', pod: `${pod.metadata.namespace}/${pod.metadata.name}` } };
    return createResolver({ query: (question) => dns.query({ ...question, ...client }), resolvConf });
  };
  const podAt = ({ pod }: Source): KubeObject | undefined => (pod === undefined ? undefined : pods.get(pod));
  const podOf = (from: Caller | undefined): KubeObject | undefined => {
    if (from === undefined || (typeof from === 'object' && 'metadata' in from)) return from;
    if (typeof from === 'object') return podAt(from);
    const pod = pods.get(from);
    if (pod === undefined) throw new Error(`there is no pod "${from}"`);
    return pod;
  };
  return {
    async lookup(name, { from, family }) {
      const found = await resolverOf(podAt(from)).lookup(name, { family });
      return found.map(({ address }) => address);
    },
    async resolve(name, type, { from }) {
      return plainRecords((await resolverOf(podAt(from)).resolve(name, type)).records);
    },
    async resolveAs(name, type, from) {
      return plainRecords((await resolverOf(podOf(from)).resolve(name, type)).records);
    },
  };
}

/** Records in the form in which `node:dns` answers them. */
function plainRecords(records: readonly ResourceRecord[]): unknown[] {
  return records.filter(isKnownRecord).map((record) => {
    switch (record.type) {
      case 'SRV':
        return {
          name: record.data.target,
          port: record.data.port,
          priority: record.data.priority,
          weight: record.data.weight,
        };
      case 'TXT':
        return [record.data].flat().map(String);
      default:
        return record.data;
    }
  });
}
