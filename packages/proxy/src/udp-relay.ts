/** Datagrams to a Service port: each client and address has a flow to one endpoint, until it falls silent. */
import type { Timer } from '@towtank/apimachinery';
import type { DatagramFlow, Hop, Rejection, RouteRequest, UdpRouter } from '@towtank/network';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Frontend } from './service-info.ts';
import type { ServicePort } from './service-port.ts';

/** The flows of one Service port. */
export class UdpFlows {
  readonly #port: ServicePort;
  readonly #flows = new Map<string, Flow>();

  constructor(port: ServicePort) {
    this.#port = port;
  }

  /**
   * The router of one frontend. `isServed` is called first, to bring pending changes into effect: the frontend itself may
   * go with them.
   */
  router(frontend: Frontend, isServed: () => boolean): UdpRouter {
    return {
      datagram: (request): DatagramFlow | Rejection => {
        if (!isServed()) return 'refuse';
        const key = `${request.from.ip} ${request.from.port ?? 0} ${frontend.key}`;
        return this.#flows.get(key) ?? this.#open(key, frontend, request);
      },
    };
  }

  /**
   * Ends the flows whose frontend is gone or whose endpoint no longer serves: their next datagram is balanced anew. A
   * flow to an endpoint that merely terminates goes on.
   */
  sweep(): void {
    const frontends = new Set(this.#port.info.frontends.map(({ key }) => key));
    for (const flow of this.#flows.values()) {
      const endpoint = this.#port.endpoints.get(flow.endpoint.key);
      if (!frontends.has(flow.frontend.key) || !(endpoint?.serving || endpoint?.ready)) flow.close();
    }
  }

  /** Ends all flows. */
  close(): void {
    for (const flow of this.#flows.values()) flow.close();
  }

  #open(key: string, frontend: Frontend, request: RouteRequest): DatagramFlow | Rejection {
    const connection = this.#port.open(frontend, request);
    const verdict = this.#port.decide(frontend, request);
    if (verdict === 'refuse' || verdict === 'drop') {
      this.#port.reject(connection, verdict === 'drop' ? 'dropped' : 'refused');
      return verdict;
    }
    const picked = this.#port.balancer.pick({ choice: verdict, client: request.from.ip });
    const endpoint = picked === undefined ? undefined : this.#port.endpoints.get(picked);
    if (endpoint === undefined) return 'refuse';
    connection.attempts = 1;
    const flow = new Flow(this.#port, connection, { frontend, endpoint, over: () => this.#flows.delete(key) });
    this.#flows.set(key, flow);
    return flow;
  }
}

interface FlowPlace {
  readonly frontend: Frontend;
  readonly endpoint: Endpoint;
  readonly over: () => void;
}

class Flow implements DatagramFlow {
  readonly hop: Hop;
  readonly frontend: Frontend;
  readonly endpoint: Endpoint;
  readonly #port: ServicePort;
  readonly #connection: Connection;
  readonly #bytes = { sent: 0, received: 0 };
  readonly #over: () => void;
  #isOpen = true;
  #lastUsed: number;
  #timer: Timer;

  constructor(port: ServicePort, connection: Connection, { frontend, endpoint, over }: FlowPlace) {
    this.hop = { ip: endpoint.ip, port: endpoint.port };
    this.frontend = frontend;
    this.endpoint = endpoint;
    this.#port = port;
    this.#connection = connection;
    this.#over = over;
    this.#lastUsed = port.context.clock.now();
    this.#timer = this.#expireIn(port.context.udpIdleMs);
    connection.established(endpoint, this.#bytes);
    port.context.connections.note({ type: 'opened', connection });
  }

  sent(bytes: number): void {
    this.#bytes.sent += bytes;
    this.#lastUsed = this.#port.context.clock.now();
  }

  received(bytes: number): boolean {
    this.#bytes.received += bytes;
    this.#lastUsed = this.#port.context.clock.now();
    return this.#isOpen;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#timer.cancel();
    this.#over();
    this.#connection.ended('closed', this.#port.context.clock.now());
    this.#port.context.connections.note({ type: 'closed', connection: this.#connection });
  }

  /** One timer per flow, which looks at the last use when it fires: traffic need not touch it. */
  #expireIn(ms: number): Timer {
    const { clock, udpIdleMs } = this.#port.context;
    return clock.schedule(ms, () => {
      const left = this.#lastUsed + udpIdleMs - clock.now();
      if (left > 0) this.#timer = this.#expireIn(left);
      else this.close();
    });
  }
}
