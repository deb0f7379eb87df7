/** The DNS server of a cluster: composition and lifetime. */
import { Activity, realClock, seededRandom } from '@towtank/apimachinery';
import { InformerFactory } from '@towtank/client';
import { withoutDot } from './codec/domain-name.ts';
import type { Question } from './codec/message.ts';
import { reverseZonesOf } from './codec/reverse-name.ts';
import { Generation } from './generation.ts';
import { chain, type DnsResponse, type Handler, noPluginLeft, type Plugin, type QueryClient } from './handler.ts';
import { ClusterIndex } from './kubernetes/cluster-index.ts';
import type { InformerSource } from './kubernetes/informer-source.ts';
import type { ZoneOptions } from './kubernetes/zone-view.ts';
import { listen } from './listeners/listen.ts';
import { Responder } from './listeners/responder.ts';
import { DEFAULT_REVERSE_ZONES, DEFAULT_ZONE, DNS_DEFAULTS, type DnsOptions, MAX_TTL_SECONDS } from './options.ts';
import { AnswerCache } from './plugins/cache.ts';
import { errors } from './plugins/errors.ts';
import { Faults } from './plugins/faults.ts';
import { depthLimit, forward } from './plugins/forward.ts';
import { Hosts, hosts } from './plugins/hosts.ts';
import { kubernetes } from './plugins/kubernetes.ts';
import { loadBalance } from './plugins/loadbalance.ts';
import { rewrite } from './plugins/rewrite.ts';
import { transfer } from './plugins/transfer.ts';
import { zones } from './plugins/zones.ts';
import { QueryLog } from './query-log.ts';
import { upstreamResolver } from './upstream.ts';

/** A query made inside the process. */
export interface LocalQuery {
  readonly name: string;
  /** Default `A`. */
  readonly type?: string;
  /** Default `IN`. */
  readonly class?: string;
  /** Who asks, for the log and for faults. */
  readonly client?: Partial<Pick<QueryClient, 'address' | 'port' | 'pod'>>;
}

/** A running server. */
export interface DnsServer extends AsyncDisposable {
  readonly host: string;
  /** Of UDP and TCP. */
  readonly port: number;
  /** The domain of the cluster. */
  readonly zone: string;
  /** Every query so far, whichever way it came. */
  readonly queries: QueryLog;
  /** Failures on demand. */
  readonly faults: Faults;
  /** Names set by hand. */
  readonly hosts: Hosts;
  /** Answers without a socket, through the same chain; undefined where nothing would be sent. */
  query(query: LocalQuery): Promise<DnsResponse | undefined>;
  /** Empties the answer cache, where there is one. */
  flushCache(): void;
  /** Closes sockets and lets go of the cluster. */
  close(): Promise<void>;
}

/** What the chain is made of. */
interface Parts {
  readonly options: DnsOptions;
  readonly zoneOptions: ZoneOptions & { readonly index: ClusterIndex };
  readonly reverseZones: readonly string[];
  readonly hosts: Hosts;
  readonly faults: Faults;
  readonly cache: AnswerCache | undefined;
}

const LOCAL_CLIENT: QueryClient = { transport: 'local', address: '127.0.0.1', port: 0 };

/**
 * Starts a DNS server for the cluster that the informers (or the client) see. Changes count from the moment in which
 * an informer delivers them. Rejects where the port is taken, or an option makes no sense.
 */
export async function startDns(options: DnsOptions): Promise<DnsServer> {
  const settings = { ...DNS_DEFAULTS, ...defined(options) };
  const { clock = realClock, random = seededRandom('dns') } = options;
  const generation = new Generation();
  const plain = {
    options,
    reverseZones: (options.reverseZones ?? DEFAULT_REVERSE_ZONES).flatMap(reverseZonesOf),
    hosts: new Hosts(generation, options.hosts),
    faults: new Faults({ clock, random: random.fork('faults'), generation }),
    cache: options.cache ? new AnswerCache(clock, options.cache === true ? {} : options.cache) : undefined,
  };
  const zoneOptions = zoneOptionsOf(options);
  const own = ownInformers(options);
  const index = new ClusterIndex(informersOf(options, own), {
    clock,
    generation,
    watchPods: zoneOptions.pods === 'verified',
    endpointPodNames: options.endpointPodNames ?? false,
  });
  const parts: Parts = { ...plain, zoneOptions: { ...zoneOptions, index } };
  const handler = handlerOf(parts);
  const queries = new QueryLog({ clock, limit: settings.queryLogLimit });
  const keepAnswers = (options.plugins ?? []).length === 0;
  const onError = (error: unknown): void => options.onError?.(error);
  const responder = new Responder({ handler, queries, generation, keepAnswers, onError });
  const letGo = async (): Promise<void> => {
    index.close();
    parts.faults.close();
    await own?.close();
  };
  const listener = await listen(responder, { ...settings, clock, idleMs: settings.tcpIdleMs }).catch(async (error) => {
    await letGo();
    throw error;
  });
  await own?.start();
  const close = async (): Promise<void> => {
    await Promise.all([listener.close(), letGo()]);
  };
  return {
    host: settings.host,
    port: listener.port,
    zone: parts.zoneOptions.zone,
    queries,
    faults: parts.faults,
    hosts: parts.hosts,
    query: (query) => answerLocally(query, handler, queries),
    flushCache: () => parts.cache?.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The chain, nearest to the client first. What ExternalName Services point to is looked up behind `errors`. */
function handlerOf({ options, zoneOptions, reverseZones, hosts: table, faults, cache }: Parts): Handler {
  const { clock = realClock, random = seededRandom('dns'), activity, upstream, upstreamTimeoutMs } = options;
  const context = {
    clock,
    random: random.fork('upstream'),
    activity,
    timeoutMs: upstreamTimeoutMs ?? DNS_DEFAULTS.upstreamTimeoutMs,
  };
  const some = (plugin: Plugin | false | undefined): Plugin[] => (plugin ? [plugin] : []);
  const inner: Handler = chain(
    [
      depthLimit,
      ...(options.plugins ?? []),
      faults.plugin,
      zones((options.serve ?? ['.']).map((zone) => withoutDot(zone.toLowerCase()))),
      ...some(options.loadBalance && loadBalance(options.loadBalance, random.fork('loadbalance'))),
      ...some(cache?.plugin),
      ...some(options.rewrite?.length ? rewrite(options.rewrite) : undefined),
      ...some(options.transfer && transfer(options.transfer, zoneOptions)),
      hosts(table),
      kubernetes({
        ...zoneOptions,
        reverseZones,
        reverseAnywhere: options.reverseAnywhere ?? true,
        lookup: (request) => inner(request),
      }),
      ...some(upstream && forward(upstreamResolver(upstream, context))),
    ],
    noPluginLeft,
  );
  return chain([errors((error, request) => options.onError?.(error, request))], inner);
}

function zoneOptionsOf(options: DnsOptions): ZoneOptions {
  const { ttl = DNS_DEFAULTS.ttl } = options;
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL_SECONDS)
    throw new Error(`the TTL must be a whole number of seconds from 0 to ${MAX_TTL_SECONDS}, not ${ttl}`);
  return {
    zone: withoutDot((options.zone ?? DEFAULT_ZONE).toLowerCase()),
    ttl,
    pods: options.pods ?? 'verified',
    namespaces: options.namespaces && new Set(options.namespaces),
    ignoreEmptyServices: options.ignoreEmptyServices ?? false,
    localAddresses: options.localAddresses ?? [],
  };
}

function ownInformers({ client, informers, clock = realClock, activity }: DnsOptions): InformerFactory | undefined {
  if (informers !== undefined || client === undefined) return undefined;
  return new InformerFactory({ client, clock, activity: activity ?? new Activity() });
}

function informersOf({ informers }: DnsOptions, own: InformerFactory | undefined): InformerSource {
  const source = informers ?? own;
  if (source === undefined) throw new Error('startDns needs informers or a client');
  return source;
}

async function answerLocally(query: LocalQuery, handler: Handler, queries: QueryLog): Promise<DnsResponse | undefined> {
  const { name, type = 'A', class: klass = 'IN' } = query;
  const question: Question = { name: withoutDot(name), type: type.toUpperCase(), class: klass };
  const client = { ...LOCAL_CLIENT, ...query.client };
  const response = await handler({ question, client, authorities: [], depth: 0 });
  queries.add({ question, rcode: response?.rcode, answers: response?.answers ?? [], client });
  return response;
}

/** Options without those that were handed over as undefined. */
const defined = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
