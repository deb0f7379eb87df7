/** An API server in memory whose time is moved by hand, and ways past its API: repair is for what nobody should write. */
import { Activity, FakeClock, type KubeObject, type ObjectResponse, seededRandom } from '@towtank/apimachinery';
import { type ApiServer, buildApiServer } from '../../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Json = any;

export const ROUND_MS = 180_000;
export const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
export const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';
export const SERVICES = '/api/v1/namespaces/default/services';

/** A server and what tests do to it. */
export class World implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly activity: Activity;
  readonly apiServer: ApiServer;

  private constructor(clock: FakeClock, activity: Activity, apiServer: ApiServer) {
    this.clock = clock;
    this.activity = activity;
    this.apiServer = apiServer;
  }

  static async start(serviceCidrs: readonly string[] = ['10.96.0.0/16']): Promise<World> {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const activity = new Activity();
    const apiServer = await buildApiServer({
      clock,
      activity,
      random: seededRandom('repair'),
      authorization: 'AlwaysAllow',
      disabledAdmission: ['ServiceAccount'],
      serviceCidrs,
    });
    const world = new World(clock, activity, apiServer);
    await activity.settled();
    return world;
  }

  async ask(method: string, url: string, object?: object): Promise<{ status: number; object: Json }> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const transport = this.apiServer.transport({ name: 'tester' });
    const answer = await transport.request({ method, url, headers: { 'content-type': type }, object });
    await this.activity.settled();
    return answer as ObjectResponse as { status: number; object: Json };
  }

  async serve(name: string, spec: object): Promise<Json> {
    const body = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
    const { status, object } = await this.ask('POST', SERVICES, body);
    if (status !== 201) throw new Error(object.message);
    return object;
  }

  /** An IPAddress in the allocator's name, or in nobody's. */
  async address(name: string, parentRef: object, managed = true): Promise<void> {
    const labels = {
      'ipaddress.kubernetes.io/ip-family': name.includes(':') ? 'IPv6' : 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    };
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name, ...(managed ? { labels } : {}) },
      spec: { parentRef },
    };
    const { status, object } = await this.ask('POST', ADDRESSES, body);
    if (status !== 201) throw new Error(object.message);
  }

  /** Writes a Service as no API lets anybody write it. */
  async smuggle(name: string, spec: object): Promise<void> {
    const service: KubeObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default', uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { type: 'ClusterIP', ipFamilies: ['IPv4'], ports: [{ port: 80, protocol: 'TCP' }], ...spec },
      status: { loadBalancer: {} },
    };
    await this.apiServer.storage.create('services', `default/${name}`, service);
    await this.activity.settled();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.activity.settled();
  }

  /** The Service that an address belongs to; undefined for one without IPAddress. */
  async ownerOf(ip: string): Promise<string | undefined> {
    const { status, object } = await this.ask('GET', `${ADDRESSES}/${ip}`);
    return status === 404 ? undefined : object.spec.parentRef.name;
  }

  /** `reason: message` of all events, oldest first, with their number where it is not one. */
  async events(): Promise<string[]> {
    return (await this.eventObjects()).map(({ reason, message, count, series }) => {
      const times = series?.count ?? count ?? 1;
      return `${reason}: ${message}${times > 1 ? ` (${times})` : ''}`;
    });
  }

  async eventObjects(): Promise<Json[]> {
    return (await this.ask('GET', '/api/v1/events')).object.items;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.apiServer.close());
  }
}
