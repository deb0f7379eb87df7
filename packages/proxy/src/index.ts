/** Userspace service proxy for TCP and UDP. */
export {
  chooseEndpoints,
  type TrafficClass,
  type TrafficPolicy,
  type Verdict,
  type Viewpoint,
} from './choose-endpoints.ts';
export { Connection, type Outcome } from './connection.ts';
export { type ConnectionEvent, type ConnectionFilter, ConnectionLog } from './connection-log.ts';
export type { Endpoint } from './endpoint.ts';
export { type BalancerMode, LoadBalancer } from './load-balancer.ts';
export type { FrontendKind } from './service-info.ts';
export { type Backend, ServiceProxy } from './service-proxy.ts';
export { type ProxyOptions, startProxy } from './start-proxy.ts';
