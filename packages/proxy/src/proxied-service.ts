/** Everything the proxy does for one Service. */
import type { Activity } from '@towtank/apimachinery';
import type { Target } from '@towtank/network';
import { localReadyEndpoints } from './choose-endpoints.ts';
import { type Endpoint, gatherEndpoints } from './endpoint.ts';
import type { FrontendTable } from './frontend-table.ts';
import { type NodeAnswer, NodeServers } from './node-servers.ts';
import type { EndpointSlice, Service } from './proxied-kinds.ts';
import { RealPort } from './real-port.ts';
import { type Frontend, type NodeAddress, type ServicePortInfo, servicePorts } from './service-info.ts';
import { type ProxyContext, ServicePort } from './service-port.ts';
import { tcpRouter } from './tcp-relay.ts';
import { UdpFlows } from './udp-relay.ts';

/** What the proxies of all Services share. */
export interface ProxiedServiceContext extends ProxyContext {
  readonly frontends: FrontendTable;
  /** The addresses on which node ports are served. */
  readonly nodeAddresses: () => readonly NodeAddress[];
  /** Brings changes into effect that have been seen but not yet acted upon. */
  readonly refresh: () => void;
  /** Told when a real port cannot be opened. */
  readonly portFailed: (error: Error) => void;
  readonly activity: Activity;
}

/** The one node address that is real: of this machine. */
const LOOPBACK = '127.0.0.1';

interface ProxiedPort {
  readonly port: ServicePort;
  readonly flows: UdpFlows;
  readonly frontends: Map<string, Frontend>;
  readonly realPorts: Map<string, RealPort>;
}

/** Follows one Service and its EndpointSlices. */
export class ProxiedService {
  readonly #context: ProxiedServiceContext;
  readonly #ports = new Map<string, ProxiedPort>();
  readonly #retired: RealPort[] = [];
  #healthChecks: NodeServers | undefined;
  #service: Service | undefined;

  constructor(context: ProxiedServiceContext) {
    this.#context = context;
  }

  /** Brings the proxy in line with a Service, or with its absence. */
  sync(service: Service | undefined, slices: readonly EndpointSlice[]): void {
    this.#service = service;
    const infos = service === undefined ? [] : servicePorts(service, this.#context.nodeAddresses());
    const endpoints = gatherEndpoints(slices);
    const wanted = new Set(infos.map(({ key }) => key));
    for (const [key, proxied] of this.#ports) if (!wanted.has(key)) this.#remove(key, proxied);
    for (const info of infos) this.#syncPort(info, endpoints.get(info.key));
    this.#syncHealthChecks();
  }

  /** Whether there is nothing left to look after but connections of the past. */
  get isIdle(): boolean {
    return this.#ports.size === 0 && this.#retired.length === 0 && this.#healthChecks === undefined;
  }

  /** The ports, for inspection. */
  get ports(): ServicePort[] {
    return [...this.#ports.values()].map(({ port }) => port);
  }

  async close(): Promise<void> {
    for (const [key, proxied] of this.#ports) this.#remove(key, proxied);
    await Promise.all([this.#healthChecks?.close(), ...this.#retired.map((port) => port.close())]);
  }

  #syncPort(info: ServicePortInfo, endpoints: ReadonlyMap<string, Endpoint> | undefined): void {
    let proxied = this.#ports.get(info.key);
    if (proxied === undefined) {
      const port = new ServicePort(this.#context, info);
      proxied = { port, flows: new UdpFlows(port), frontends: new Map(), realPorts: new Map() };
      this.#ports.set(info.key, proxied);
    }
    proxied.port.update(info, endpoints);
    this.#syncFrontends(proxied, info.frontends);
    if (info.protocol === 'udp') proxied.flows.sweep();
    for (const realPort of proxied.realPorts.values()) realPort.set(proxied.port.isUsable);
  }

  #syncFrontends(proxied: ProxiedPort, frontends: readonly Frontend[]): void {
    const wanted = new Set(frontends.map(({ key }) => key));
    for (const key of proxied.frontends.keys()) if (!wanted.has(key)) this.#release(proxied, key);
    for (const frontend of frontends) {
      if (proxied.frontends.has(frontend.key)) continue;
      proxied.frontends.set(frontend.key, frontend);
      this.#context.frontends.claim(proxied, {
        frontend,
        target: this.#target(proxied, frontend),
        granted: () => this.#openRealPort(proxied, frontend),
      });
    }
  }

  #target({ port, flows, frontends }: ProxiedPort, frontend: Frontend): Target {
    const { refresh } = this.#context;
    if (frontend.protocol === 'tcp') return tcpRouter(port, frontend, refresh);
    return flows.router(frontend, () => {
      refresh();
      return frontends.has(frontend.key);
    });
  }

  #openRealPort(proxied: ProxiedPort, { key, ip, port, protocol }: Frontend): void {
    if (ip !== LOOPBACK) return;
    const { network, activity, portFailed } = this.#context;
    const to = { ip, port, protocol };
    const realPort = new RealPort({ network, activity, host: ip, port, to, failed: portFailed });
    proxied.realPorts.set(key, realPort);
    realPort.set(proxied.port.isUsable);
  }

  #release(proxied: ProxiedPort, key: string): void {
    proxied.frontends.delete(key);
    this.#context.frontends.release(proxied, key);
    const realPort = proxied.realPorts.get(key);
    if (realPort === undefined) return;
    proxied.realPorts.delete(key);
    realPort.set(false);
    this.#retired.push(realPort);
  }

  #remove(key: string, proxied: ProxiedPort): void {
    for (const frontend of [...proxied.frontends.keys()]) this.#release(proxied, frontend);
    proxied.flows.close();
    this.#ports.delete(key);
  }

  #syncHealthChecks(): void {
    const port = this.#ports.size === 0 ? undefined : this.#service?.spec?.healthCheckNodePort || undefined;
    if (port === undefined && this.#healthChecks === undefined) return;
    this.#healthChecks ??= this.#newHealthChecks();
    this.#healthChecks.set(port, this.#context.nodeAddresses());
  }

  #newHealthChecks(): NodeServers {
    const { network, activity } = this.#context;
    return new NodeServers({ network, activity, answer: (nodeName) => this.#health(nodeName) });
  }

  #health(nodeName: string | undefined): NodeAnswer {
    const { namespace, name } = this.#service?.metadata ?? {};
    const localEndpoints = this.#localEndpoints(nodeName);
    return {
      status: localEndpoints > 0 ? 200 : 503,
      headers: { 'x-load-balancing-endpoint-weight': String(localEndpoints) },
      body: { service: { namespace, name }, localEndpoints, serviceProxyHealthy: true },
    };
  }

  /** Terminating endpoints do not count, although traffic may still fall back to them. */
  #localEndpoints(nodeName: string | undefined): number {
    this.#context.refresh();
    const ips = this.ports.flatMap(({ endpoints }) =>
      localReadyEndpoints([...endpoints.values()], { nodeName }).map(({ ip }) => ip),
    );
    return new Set(ips).size;
  }
}
