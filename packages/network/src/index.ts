/** The virtual network: virtual addresses mapped to real loopback sockets. */
export type { Binding, BindingListener } from './address-book.ts';
export type { ActivityCounter, Clock, Timer } from './clock.ts';
export { type DatagramEvents, DatagramSocket } from './datagram-socket.ts';
export { ipRanges } from './ip-ranges.ts';
export type { LookupFunction, LookupRequest, NameResolver } from './name-resolver.ts';
export type {
  DatagramFlow,
  Hop,
  Journey,
  Rejection,
  RouteRequest,
  Target,
  TcpRouter,
  UdpRouter,
} from './router.ts';
export {
  canonicalIp,
  formatAddress,
  OUTSIDE,
  type Protocol,
  type RealAddress,
  type Source,
  type VirtualAddress,
} from './virtual-address.ts';
export { type ConnectOptions, VirtualNetwork, type VirtualNetworkOptions } from './virtual-network.ts';
