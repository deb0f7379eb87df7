/** The virtual network: virtual addresses mapped to real loopback sockets. */
export type { Binding, BindingListener } from './address-book.ts';
export { type BindVirtualIpsOptions, bindVirtualIps } from './bind-virtual-ips.ts';
export type { ActivityCounter, Clock, Timer } from './clock.ts';
export { type DatagramEvents, DatagramSocket } from './datagram-socket.ts';
export type { ConnectOptions, Dialer } from './dialer.ts';
export type { NetworkDispatcherOptions, NetworkFetchOptions } from './dispatcher.ts';
export type { NetworkAgentOptions } from './http-agent.ts';
export { ipRanges } from './ip-ranges.ts';
export { type LoopbackPlan, loopbackPlan } from './loopback-plan.ts';
export type { LookupFunction, LookupRequest, NameResolver } from './name-resolver.ts';
export { relaySockets } from './relay-sockets.ts';
export type {
  DatagramFlow,
  Hop,
  Journey,
  Rejection,
  RouteRequest,
  SocketEnd,
  Target,
  TcpRouter,
  UdpRouter,
} from './router.ts';
export { type Socks5Options, type Socks5Server, startSocks5 } from './socks5-server.ts';
export type { Forwarder, ForwarderOptions } from './tcp-forwarder.ts';
export {
  canonicalIp,
  formatAddress,
  OUTSIDE,
  type Protocol,
  type RealAddress,
  type Source,
  type VirtualAddress,
} from './virtual-address.ts';
export { VirtualNetwork, type VirtualNetworkOptions } from './virtual-network.ts';
