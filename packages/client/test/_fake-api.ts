/** A tiny API server for tests of the client: objects of any resource in memory, with lists and watches. */
import {
  type ApiRequest,
  type ApiResponse,
  expired,
  type KubeObject,
  notFound,
  type Status,
  StatusError,
  type Transport,
  type WatchSink,
} from '@towtank/apimachinery';

interface Watcher {
  readonly collection: string;
  readonly sink: WatchSink;
}

/** Serves create, get, list, watch, update, merge patch and delete. Paths are taken as they come. */
export class FakeApi implements Transport {
  readonly requests: string[] = [];
  readonly objects: Map<string, KubeObject> = new Map();
  readonly #watchers = new Set<Watcher>();
  #revision = 0;
  #oldest = 0;
  #refusal: Error | undefined;

  get watching(): number {
    return this.#watchers.size;
  }

  /** Every request rejects with this from now on, and open watches end; undefined makes it work again. */
  refuse(error: Error | undefined): void {
    this.#refusal = error;
    if (error !== undefined) this.endWatches();
  }

  /** Forgets history: watches from older revisions answer 410, running ones are told so. */
  compact(): void {
    this.#oldest = this.#revision;
    const status = expired('too old resource version').toStatus();
    this.#deliver(() => ({ type: 'ERROR', object: status }));
    this.endWatches();
  }

  endWatches(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const { sink } of watchers) sink.end();
  }

  bookmark(): void {
    this.#revision += 1;
    this.#deliver(() => ({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#revision) } } }));
  }

  /** Writes an object under its path, as if somebody else had. */
  put(path: string, object: KubeObject): KubeObject {
    this.#revision += 1;
    const old = this.objects.get(path);
    const metadata = { uid: `uid-${path}`, ...object.metadata, resourceVersion: String(this.#revision) };
    const stored = Object.freeze({ ...object, metadata });
    this.objects.set(path, stored);
    this.#emit(path, old === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  remove(path: string): KubeObject {
    const old = this.objects.get(path);
    if (old === undefined) throw notFound({ group: '', resource: path }, path);
    this.objects.delete(path);
    this.#revision += 1;
    const last = { ...old, metadata: { ...old.metadata, resourceVersion: String(this.#revision) } };
    this.#emit(path, 'DELETED', last);
    return last;
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.#refusal !== undefined) throw this.#refusal;
    try {
      return this.#answer(request, new URL(request.url, 'http://fake'));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return answer(error.toStatus(), error.code);
    }
  }

  async close(): Promise<void> {
    this.endWatches();
  }

  #answer({ method, object }: ApiRequest, { pathname, searchParams }: URL): ApiResponse {
    if (searchParams.get('watch') === 'true') return this.#watch(pathname, Number(searchParams.get('resourceVersion')));
    const body = object as KubeObject;
    switch (method) {
      case 'POST':
        return answer(this.put(`${pathname}/${body.metadata.name}`, body), 201);
      case 'PUT':
        return answer(this.put(pathname, body));
      case 'PATCH':
        return answer(this.put(pathname, { ...this.objects.get(pathname), ...body } as KubeObject));
      case 'DELETE':
        return answer(this.remove(pathname));
      default:
        return answer(this.objects.get(pathname) ?? this.#list(pathname));
    }
  }

  #list(pathname: string): unknown {
    const items = [...this.objects]
      .filter(([path]) => collectionOf(path).endsWith(pathname))
      .map(([, object]) => object);
    return { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: String(this.#revision) }, items };
  }

  #watch(collection: string, from: number): ApiResponse {
    if (from < this.#oldest) throw expired(`too old resource version: ${from} (${this.#oldest})`);
    let watcher: Watcher | undefined;
    const start = (sink: WatchSink): void => {
      watcher = { collection, sink };
      this.#watchers.add(watcher);
    };
    const close = (): void => void (watcher && this.#watchers.delete(watcher));
    return { type: 'watch', status: 200, headers: {}, watch: { start, close } };
  }

  #emit(path: string, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    this.#deliver((watcher) => (collectionOf(path) === watcher.collection ? { type, object } : undefined));
  }

  #deliver(eventFor: (watcher: Watcher) => { type: string; object: KubeObject | Status | object } | undefined): void {
    for (const watcher of this.#watchers) {
      const event = eventFor(watcher);
      if (event !== undefined) watcher.sink.event({ ...event, frame: () => new Uint8Array() } as never);
    }
  }
}

/** `/api/v1/namespaces/a/pods/x` belongs to `/api/v1/pods`: informers follow all namespaces. */
const collectionOf = (path: string): string =>
  path.replace(/\/namespaces\/[^/]+\/(?=[^/]+\/)/, '/').replace(/\/[^/]+$/, '');

const answer = (object: unknown, status = 200): ApiResponse => ({
  type: 'object',
  status,
  headers: {},
  object,
  encode: () => new TextEncoder().encode(JSON.stringify(object)),
});

/** Lets everything that is ready run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
