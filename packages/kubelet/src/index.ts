/** Simulated nodes, where a container image is a JavaScript function. */
export type { LogOptions } from './container/container-log.ts';
export type {
  ContainerContext,
  ExecCall,
  ExecFunction,
  HttpHandler,
  Image,
  ImageFunction,
  Images,
  PortHandler,
  Service,
  TcpHandler,
  TerminalSize,
  UdpHandler,
} from './container/image.ts';
export type { NodeSpec } from './node/node-object.ts';
export type {
  AttachRequest,
  ContainerTarget,
  ExecRequest,
  LogRequest,
  NodeConnector,
  PortRequest,
} from './node-connector.ts';
export { type Nodes, type NodesOptions, type PodReference, startNodes } from './nodes.ts';
export type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from './pod/pod.ts';
export type { ResolvConfFile, ResolvConfMaker } from './pod/resolv-conf.ts';
