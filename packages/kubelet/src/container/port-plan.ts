/** Which of a container's ports a service is bound to. */
import { Server } from 'node:net';
import type { Protocol, VirtualAddress } from '@towtank/network';
import type { Container, ContainerPort } from '../pod/pod.ts';
import type { HttpHandler, PortHandler, Service, TcpHandler, UdpHandler } from './image.ts';
import { protocolsOf } from './listeners.ts';

/** A handler with the addresses that lead to it. */
export interface PlannedPort {
  readonly handler: PortHandler;
  readonly addresses: readonly VirtualAddress[];
}

/** Where the container is. */
export interface PortPlanOptions {
  readonly container: Container;
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  /** Port for a service of a container that declares none. */
  readonly defaultPort: number;
}

interface Protocols {
  readonly http?: HttpHandler;
  readonly tcp?: TcpHandler;
  readonly udp?: UdpHandler;
}

/** Port of an HTTP service in a container that declares no port. */
export const DEFAULT_HTTP_PORT = 80;

/**
 * The plan for what an image function has returned: without `ports`, every declared port of the right protocol.
 * Throws for a port name that the container does not declare.
 */
export function planPorts(service: Service, options: PortPlanOptions): PlannedPort[] {
  if (typeof service === 'object' && 'ports' in service && service.ports !== undefined)
    return Object.entries(service.ports).flatMap(([key, handler]) => planNamed(key, handler, options));
  const handler = service as PortHandler;
  return protocolsOf(handler).map((protocol) => {
    const declared = declaredPorts(options.container, protocol);
    const ports = declared.length > 0 ? declared : [{ containerPort: options.defaultPort }];
    return planFor(restrict(handler, protocol), ports, options);
  });
}

function planNamed(key: string, handler: PortHandler, options: PortPlanOptions): PlannedPort[] {
  return protocolsOf(handler).map((protocol) => {
    const declared = declaredPorts(options.container, protocol);
    const matching = declared.filter(({ name, containerPort }) => name === key || String(containerPort) === key);
    if (matching.length === 0 && !/^\d+$/.test(key))
      throw new Error(
        `container "${options.container.name}" declares no ${protocol.toUpperCase()} port named "${key}"`,
      );
    const ports = matching.length > 0 ? matching : [{ containerPort: Number(key) }];
    return planFor(restrict(handler, protocol), ports, options);
  });
}

const declaredPorts = ({ ports = [] }: Container, protocol: Protocol): ContainerPort[] =>
  ports.filter((port) => (port.protocol ?? 'TCP').toLowerCase() === protocol);

function planFor(
  handler: PortHandler,
  ports: readonly ContainerPort[],
  { podIPs, hostIP }: PortPlanOptions,
): PlannedPort {
  const own = podIPs.flatMap((ip) => ports.map(({ containerPort }) => ({ ip, port: containerPort })));
  // On the host's network the container port is the host port already.
  const host = podIPs.includes(hostIP)
    ? []
    : ports.flatMap(({ hostPort }) => (hostPort ? [{ ip: hostIP, port: hostPort }] : []));
  return { handler, addresses: [...own, ...host] };
}

/** The part of a handler that speaks this protocol. */
function restrict(handler: PortHandler, protocol: Protocol): PortHandler {
  if (!isProtocols(handler)) return handler;
  const { http, tcp, udp } = handler;
  if (protocol === 'udp') return udp === undefined ? {} : { udp };
  return { ...(http === undefined ? {} : { http }), ...(tcp === undefined ? {} : { tcp }) };
}

const isProtocols = (handler: PortHandler): handler is Protocols =>
  typeof handler === 'object' && !(handler instanceof Server);
