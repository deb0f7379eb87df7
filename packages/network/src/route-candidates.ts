/** The way from a virtual address to the real ones that may take a connection, through any routers between. */
import type { Socket } from 'node:net';
import { connectionRefused, failedToConnect, hostUnreachable } from './network-error.ts';
import type { Hop, RouteRequest, SocketEnd, Target, TcpRouter } from './router.ts';
import { canonicalIp, type Protocol, type RealAddress } from './virtual-address.ts';

/** A real address to try. */
export interface Candidate {
  readonly address: RealAddress;
  readonly timeoutMs?: number | undefined;
  /** To be called when the connection stands; then no further candidate may be asked for. */
  connected(socket: Socket, end: SocketEnd): void;
}

/** Yields candidates one by one; it is told by `next(error)` why the last one did not take the connection. */
export type CandidateSource = Generator<Candidate, Ending, NodeJS.ErrnoException | undefined>;

/** Why there is no further candidate: the error that the caller sees, or silence. */
export type Ending = NodeJS.ErrnoException | 'drop';

/** What the search for a way needs to know of the network. */
export interface Routes {
  find(protocol: Protocol, ip: string, port: number): Target | undefined;
  hasHost(ip: string): boolean;
  /** Whether a real address may be dialled as it is. */
  isAllowed(ip: string): boolean;
}

/** Services may point at other Services through hand-written endpoints; a circle of them ends here. */
const MAX_ROUTERS = 8;

/**
 * The candidates for a TCP connection. Ending the generator early tells every router on the way that the caller gave up.
 */
export function* routeCandidates(routes: Routes, request: RouteRequest, depth = 0): CandidateSource {
  const target = routes.find('tcp', request.ip, request.port);
  if (target === undefined) {
    if (routes.hasHost(request.ip)) return connectionRefused(request);
    if (!routes.isAllowed(request.ip)) return hostUnreachable(request);
    return yield* directCandidate({ host: request.ip, port: request.port }, request);
  }
  if ('host' in target) return yield* directCandidate(target, request);
  if (!('connect' in target) || depth === MAX_ROUTERS) return connectionRefused(request);
  return yield* routedCandidates(routes, target, request, depth);
}

function* directCandidate(address: RealAddress, request: RouteRequest, timeoutMs?: number): CandidateSource {
  const error = yield { address, timeoutMs, connected: () => {} };
  return error === undefined ? connectionRefused(request) : failedToConnect(error, request);
}

function* routedCandidates(routes: Routes, router: TcpRouter, request: RouteRequest, depth: number): CandidateSource {
  const journey = router.connect(request);
  if (journey === 'drop') return 'drop';
  if (journey === 'refuse') return connectionRefused(request);
  let isOver = false;
  let ending: Ending | undefined;
  try {
    for (let hop = journey.next(); hop !== undefined && ending !== 'drop'; hop = journey.next()) {
      const candidates = hopCandidates(routes, hop, request, depth);
      let step = candidates.next();
      while (!step.done) {
        const { address, timeoutMs = hop.timeoutMs, connected } = step.value;
        const error = yield {
          address,
          timeoutMs,
          connected(socket, end) {
            isOver = true;
            connected(socket, end);
            journey.connected(socket, end);
          },
        };
        step = candidates.next(error);
      }
      ending = step.value;
    }
    isOver = true;
    ending = endingFor(request, ending);
    journey.failed(ending === 'drop' ? new Error('the connection was dropped on its way') : ending);
    return ending;
  } finally {
    if (!isOver) journey.failed(new Error('the caller gave up'));
  }
}

/** The same candidates, of which the first has been looked at already. */
export function* resumeCandidates(step: ReturnType<CandidateSource['next']>, rest: CandidateSource): CandidateSource {
  try {
    let current = step;
    while (!current.done) current = rest.next(yield current.value);
    return current.value;
  } finally {
    rest.return('drop');
  }
}

/** The caller dialled the router's address, and is told of that one. */
function endingFor(request: RouteRequest, ending: Ending | undefined): Ending {
  if (ending === undefined) return connectionRefused(request);
  return ending !== 'drop' && ending.code === 'ECONNREFUSED' ? connectionRefused(request) : ending;
}

function hopCandidates(routes: Routes, hop: Hop, request: RouteRequest, depth: number): CandidateSource {
  if ('host' in hop) return directCandidate(hop, request, hop.timeoutMs);
  return routeCandidates(routes, { ...request, ip: canonicalIp(hop.ip), port: hop.port }, depth + 1);
}
