/** Where one datagram goes, through any routers between. */
import { connectionRefused, hostUnreachable } from './network-error.ts';
import type { Routes } from './route-candidates.ts';
import type { DatagramFlow, RouteRequest } from './router.ts';
import { canonicalIp, type RealAddress } from './virtual-address.ts';

/** The real address for a datagram and the flows that count it. */
export interface DatagramRoute {
  readonly address: RealAddress;
  readonly flows: readonly DatagramFlow[];
}

const MAX_ROUTERS = 8;

/** The route of a datagram, `drop` where it goes nowhere silently, or the error that a connected sender would see. */
export function routeDatagram(routes: Routes, request: RouteRequest): DatagramRoute | 'drop' | NodeJS.ErrnoException {
  const flows: DatagramFlow[] = [];
  let { ip, port } = request;
  for (let depth = 0; depth <= MAX_ROUTERS; depth += 1) {
    const target = routes.find('udp', ip, port);
    if (target === undefined) {
      if (routes.hasHost(ip)) return connectionRefused(request);
      return routes.isAllowed(ip) ? { address: { host: ip, port }, flows } : hostUnreachable({ ip, port });
    }
    if ('host' in target) return { address: target, flows };
    if (!('datagram' in target)) return connectionRefused(request);
    const flow = target.datagram({ ...request, ip, port });
    if (flow === 'drop') return 'drop';
    if (flow === 'refuse') return connectionRefused(request);
    flows.push(flow);
    if ('host' in flow.hop) return { address: flow.hop, flows };
    ip = canonicalIp(flow.hop.ip);
    port = flow.hop.port;
  }
  return connectionRefused(request);
}
