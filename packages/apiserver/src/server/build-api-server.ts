/** Puts an API server together from its parts: the only place that knows them all. */
import { type Clock, type Random, realClock, seededRandom } from '@towtank/apimachinery';
import type { ResourceStore } from '../registry/resource-store.ts';
import { ResourceCatalog } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';
import { resourceTable } from '../resources/resource-table.ts';
import { schemaNamed } from '../schema/schema-table.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import type { HistoryLimits } from '../storage/resource-history.ts';
import type { Storage } from '../storage/storage.ts';
import { STATELESS_STRATEGIES, type StrategyTable, strategyFor } from '../strategies/strategy-table.ts';
import { ApiServer } from './api-server.ts';

/** Options of an API server. */
export interface ApiServerOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** How far back watches and paged lists reach. */
  readonly history?: Partial<HistoryLimits>;
}

/** Builds a server that holds nothing yet. */
export function buildApiServer(options: ApiServerOptions = {}): ApiServer {
  const clock = options.clock ?? realClock;
  const random = options.random ?? seededRandom('towtank');
  const storage = new MemoryStorage({ clock, ...(options.history === undefined ? {} : { history: options.history }) });
  return new ApiServer({
    clock,
    random,
    storage,
    catalog: buildCatalog(storage, STATELESS_STRATEGIES),
    admission: [],
    handlers: {},
    authenticate: (request) => request.user ?? { name: 'admin', groups: ['system:masters'] },
    authorize: () => ({ allowed: true }),
    serveNonResource: () => undefined,
  });
}

/** Verbs of resources that are stored. */
const isStored = ({ verbs }: Resource): boolean => verbs.includes('get');

function buildCatalog(storage: Storage, strategies: StrategyTable): ResourceCatalog {
  const catalog = new ResourceCatalog();
  const stores = new Map<string, ResourceStore>();
  for (const resource of resourceTable()) {
    const schema = schemaNamed(resource.schema) ?? {};
    const prefix = resource.group === '' ? resource.resource : `${resource.group}/${resource.resource}`;
    let store = stores.get(prefix);
    if (store === undefined && isStored(resource)) {
      store = { prefix, resource, schema, strategy: strategyFor(resource, strategies), storage };
      stores.set(prefix, store);
    }
    catalog.add({ resource, schema, store });
  }
  return catalog;
}
