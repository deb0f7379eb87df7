/** An API server in memory, and Services to write to it. */
import type { ObjectResponse } from '@towtank/apimachinery';
import { FakeClock, seededRandom } from '@towtank/apimachinery';
import { buildApiServer } from '../../../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Json = any;

/** What a write answers: the object, or why it was refused. */
export interface Answer {
  readonly status: number;
  readonly object: Json;
  /** `field reason` of every cause, or the message of a refusal without causes; empty for a success. */
  readonly refusals: readonly string[];
  /** The same with the messages. */
  readonly messages: readonly string[];
  readonly warnings: readonly string[];
}

/** Services of the namespace `default`, and anything else by path. */
export interface Services extends AsyncDisposable {
  create(
    name: string,
    spec: object,
    options?: { readonly query?: string; readonly metadata?: object },
  ): Promise<Answer>;
  /** Replaces the stored object by what `change` makes of a copy. */
  update(name: string, change: (service: Json) => void, query?: string): Promise<Answer>;
  /** Replaces `spec` as a client does that knows nothing of the stored object. */
  put(name: string, spec: object): Promise<Answer>;
  get(name: string): Promise<Json>;
  /** Changes what is stored past every rule, as a server with other rules may have left it. */
  store(name: string, change: (service: Json) => void): Promise<void>;
  remove(name: string): Promise<Answer>;
  ask(method: string, path: string, object?: object, contentType?: string): Promise<Answer>;
}

export const DUAL_STACK: readonly string[] = ['10.96.0.0/16', 'fd00:10:96::/112'];
const SERVICES = '/api/v1/namespaces/default/services';

/** Starts a server; a single-stack one unless told otherwise. */
export async function startServices(serviceCidrs: readonly string[] = ['10.96.0.0/16']): Promise<Services> {
  const apiServer = await buildApiServer({
    clock: new FakeClock(Date.parse('2026-01-01T00:00:00Z')),
    random: seededRandom('services'),
    authorization: 'AlwaysAllow',
    disabledAdmission: ['ServiceAccount'],
    serviceCidrs,
  });
  const transport = apiServer.transport({ name: 'tester' });
  const ask: Services['ask'] = async (method, path, object, contentType = 'application/json') =>
    read((await transport.request({ method, url: path, headers: { 'content-type': contentType }, object })) as never);
  const bodyOf = (name: string, spec: object, metadata: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec,
  });
  return {
    ask,
    create: (name, spec, { query = '', metadata } = {}) => ask('POST', SERVICES + query, bodyOf(name, spec, metadata)),
    async update(name, change, query = '') {
      const service = structuredClone((await ask('GET', `${SERVICES}/${name}`)).object);
      change(service);
      return await ask('PUT', `${SERVICES}/${name}${query}`, service);
    },
    put: (name, spec) => ask('PUT', `${SERVICES}/${name}`, bodyOf(name, spec)),
    get: async (name) => (await ask('GET', `${SERVICES}/${name}`)).object,
    async store(name, change) {
      const key = `default/${name}`;
      const stored = await apiServer.storage.get('services', key);
      if (stored === undefined) throw new Error(`there is no Service "${name}"`);
      const service = structuredClone(stored.object);
      change(service);
      await apiServer.storage.update('services', key, stored, service);
    },
    remove: (name) => ask('DELETE', `${SERVICES}/${name}`),
    [Symbol.asyncDispose]: async () => apiServer.close(),
  };
}

function read({ status, headers, object }: ObjectResponse): Answer {
  const answer = object as Json;
  const causes: Json[] = status < 400 ? [] : (answer.details?.causes ?? []);
  const named = causes.filter(({ field }) => field !== undefined);
  const failed = status >= 400;
  return {
    status,
    object: answer,
    refusals: !failed ? [] : named.length > 0 ? named.map(causeOf) : [answer.message],
    messages: !failed ? [] : named.length > 0 ? named.map(({ message }) => message) : [answer.message],
    warnings: (headers.warning ?? '').split(/(?<="),? ?(?=299)/).filter((text) => text !== ''),
  };
}

const causeOf = ({ field, reason }: Json): string => `${field} ${String(reason).replace('FieldValue', '')}`;

/** One port without a name. */
export const PORT: object = { port: 80 };
