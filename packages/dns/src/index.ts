/** Cluster DNS: a server fed by Services and EndpointSlices, and the resolver of a pod. */
export { decodeMessage } from './codec/decode-message.ts';
export { type EncodeOptions, encodeMessage } from './codec/encode-message.ts';
export type { Edns, EdnsOption, Header, Message, Question } from './codec/message.ts';
export {
  type AddressRecord,
  formatRecord,
  isKnownRecord,
  type KnownRecord,
  type MxRecord,
  type NameRecord,
  type OtherRecord,
  type OtherType,
  type ResourceRecord,
  type SoaData,
  type SoaRecord,
  type SrvData,
  type SrvRecord,
  type TxtRecord,
} from './codec/resource-record.ts';
export { reverseNameOf } from './codec/reverse-name.ts';
export { type Asked, type DnsClientOptions, queryDns } from './dns-client.ts';
export { type DnsServer, type LocalQuery, startDns } from './dns-server.ts';
export {
  chain,
  type DnsRequest,
  type DnsResponse,
  type Handler,
  type Plugin,
  type QueryClient,
  respond,
} from './handler.ts';
export type { InformerSource, ObjectHandler, ObjectSource } from './kubernetes/informer-source.ts';
export type { PodMode } from './kubernetes/zone-view.ts';
export { DEFAULT_REVERSE_ZONES, DEFAULT_ZONE, DNS_DEFAULTS, type DnsOptions } from './options.ts';
export type { CacheOptions } from './plugins/cache.ts';
export type { Fault, FaultEffect, Faults } from './plugins/faults.ts';
export type { UpstreamAnswer, UpstreamResolver } from './plugins/forward.ts';
export type { Hosts } from './plugins/hosts.ts';
export type { LoadBalanceMode } from './plugins/loadbalance.ts';
export type { RewriteRule } from './plugins/rewrite.ts';
export type { TransferOptions } from './plugins/transfer.ts';
export type { DnsQuery, QueryLog, QueryMatch, WaitOptions } from './query-log.ts';
export { formatResolvConf, parseResolvConf, type ResolvConf, type ResolverOption } from './resolver/resolv-conf.ts';
export {
  type PodResolvConf,
  RESOLV_CONF_LIMITS,
  type ResolvConfContext,
  resolvConfFor,
  resolvConfOutside,
} from './resolver/resolv-conf-for.ts';
export { type Attempt, ResolveError, type ResolveErrorCode } from './resolver/resolve-error.ts';
export {
  type AskServer,
  candidatesFor,
  createResolver,
  type LookupAddress,
  type Resolution,
  type Resolver,
} from './resolver/resolver.ts';
