/** Puts an API server together from its parts: the only place that knows them all. */
import {
  type Activity,
  type Clock,
  numberToIp,
  parseCidr,
  type Random,
  realClock,
  seededRandom,
  type UserInfo,
} from '@towtank/apimachinery';
import { builtInAdmission } from '../admission/built-in-admission.ts';
import { dynamicAdmission } from '../admission/dynamic-admission.ts';
import { authenticationConfigMap } from '../bootstrap/authentication-config-map.ts';
import { defaultServiceCidr } from '../bootstrap/default-service-cidr.ts';
import { type AdvertisedAddress, publishKubernetesService } from '../bootstrap/kubernetes-service.ts';
import { loadBootstrapObjects } from '../bootstrap/load-bootstrap-objects.ts';
import { processCertificateAuthority } from '../certificates/certificate-authority.ts';
import { connectHandlers } from '../connect/connect-handlers.ts';
import type { NodeConnector } from '../connect/node-connector.ts';
import { CustomResources } from '../customresources/custom-resources.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import type { HistoryLimits } from '../storage/resource-history.ts';
import { buildStrategies } from '../strategies/build-strategies.ts';
import { buildAllocators } from '../strategies/service/build-allocators.ts';
import { ApiServer } from './api-server.ts';
import { buildCatalog } from './build-catalog.ts';
import { InFlightLimits, type InFlightOptions } from './in-flight-limits.ts';
import { resourceHandlers } from './resource-handlers.ts';
import { createSecurity, type SecurityOptions } from './security.ts';
import { startUpkeep } from './start-upkeep.ts';

/** Options of an API server. */
export interface ApiServerOptions extends SecurityOptions, InFlightOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly activity?: Activity;
  /** How far back watches and paged lists reach. */
  readonly history?: Partial<HistoryLimits>;
  /** Ranges of ClusterIPs, the primary one first; one for each family. Default `10.96.0.0/16`. */
  readonly serviceCidrs?: readonly string[];
  /** Where pods reach the server; not a loopback address, because Kubernetes refuses those in endpoints. */
  readonly advertisedAddress?: AdvertisedAddress;
  /** Names of built-in admission plugins to leave out; `ServiceAccount` where no controllers run, for example. */
  readonly disabledAdmission?: readonly string[];
  /**
   * How to reach into pods: their logs, commands and ports. Without it those subresources answer 503, and webhooks that are
   * reached through a Service cannot be called.
   */
  readonly nodes?: NodeConnector | undefined;
}

/** The address by which endpoints name the API server unless told otherwise. */
export const DEFAULT_ADVERTISED_ADDRESS: AdvertisedAddress = { ip: '172.18.0.2', port: 6443 };

/** The server's own identity. */
export const SERVER_USER: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };

/** Builds a server that holds what a fresh cluster holds. */
export async function buildApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { clock = realClock, random = seededRandom('towtank'), serviceCidrs = ['10.96.0.0/16'] } = options;
  const storage = new MemoryStorage({ clock, ...(options.history === undefined ? {} : { history: options.history }) });
  const security = createSecurity(options, { storage, clock, random });
  const allocators = buildAllocators({ storage, clock, random, serviceCidrs });
  await allocators.cidrs.follow(storage);
  const stops = [() => security.close(), () => allocators.cidrs.close()];
  const catalog = buildCatalog(storage, buildStrategies(allocators, security.strategies));
  const dynamic = dynamicAdmission({
    storage,
    catalog,
    clock,
    random: random.fork('admission'),
    network: options.nodes,
  });
  stops.push(() => dynamic.close());
  const apiServer = new ApiServer({
    clock,
    random,
    storage,
    catalog,
    admission: builtInAdmission({
      storage,
      clock,
      random,
      disabled: options.disabledAdmission ?? [],
      dynamic: dynamic.plugins,
    }),
    handlers: { ...resourceHandlers(), ...connectHandlers(options.nodes), ...security.handlers },
    authenticate: security.authenticate,
    admit: security.admit,
    issueSecretToken: (serviceAccount, secret) => security.tokens.issueForSecret(serviceAccount, secret),
    limits: new InFlightLimits(options),
    serveNonResource: ({ headers }, { path }) =>
      security.serveDocument(path, `https://${headers.host ?? 'kubernetes.default.svc'}`),
    close: () => {
      for (const stop of stops) stop();
    },
  });
  await loadBootstrapObjects(storage, { clock, random }, [
    authenticationConfigMap(processCertificateAuthority().caPem),
    defaultServiceCidr(serviceCidrs, clock.now()),
  ]);
  await security.start((user) => apiServer.transport(user), options.activity);
  const { advertisedAddress = DEFAULT_ADVERTISED_ADDRESS } = options;
  const transport = apiServer.transport(SERVER_USER);
  await publishKubernetesService(transport, firstAddress(serviceCidrs[0] ?? ''), advertisedAddress);
  const { activity } = options;
  stops.push(await startUpkeep({ storage, clock, random, allocators, serviceCidrs, transport, activity }));
  const customResources = new CustomResources({ storage, catalog, clock, random, transport, activity });
  customResources.start();
  stops.push(() => customResources.close());
  return apiServer;
}

function firstAddress(cidr: string): string {
  const range = parseCidr(cidr);
  if (range === undefined) throw new Error(`${JSON.stringify(cidr)} is no CIDR such as 10.96.0.0/16`);
  return numberToIp(range.base + 1n, range.family);
}
