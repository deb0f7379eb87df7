/** A client of the Kubernetes API over any transport. */
import {
  type ApiResponse,
  type GroupVersionResource,
  type KubeObject,
  type Status,
  StatusError,
  statusErrorFrom,
  type Transport,
  type Watch,
} from '@towtank/apimachinery';
import { type RequestBody, type Requester, type ResourceClient, resourceClient } from './resource-client.ts';

/** How a client reaches the API, and what it calls itself. */
export interface KubeClientOptions {
  readonly transport: Transport;
  /** Recorded in managedFields of what this client writes. */
  readonly fieldManager?: string;
  /** The User-Agent header. */
  readonly userAgent?: string;
}

/** Options of {@link KubeClient.get}. */
export interface RawGetOptions {
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

const JSON_TYPE = 'application/json';

/** A client of the Kubernetes API. It holds no connection of its own: closing the transport is the owner's task. */
export class KubeClient {
  readonly transport: Transport;
  readonly #requester: Requester;
  readonly #userAgent: string;
  readonly #resources = new Map<string, ResourceClient>();

  constructor({ transport, fieldManager, userAgent = fieldManager ?? 'towtank' }: KubeClientOptions) {
    this.transport = transport;
    this.#userAgent = userAgent;
    this.#requester = {
      fieldManager,
      send: (method, url, body) => this.#send(method, url, body),
      watch: (url, signal) => this.#watch(url, signal),
    };
  }

  /** The verbs of a resource; the same handle for the same resource. */
  resource<T extends KubeObject = KubeObject>(gvr: GroupVersionResource): ResourceClient<T> {
    const key = `${gvr.group}/${gvr.version}/${gvr.resource}`;
    let handle = this.#resources.get(key);
    if (handle === undefined) {
      handle = resourceClient(this.#requester, gvr);
      this.#resources.set(key, handle);
    }
    return handle as unknown as ResourceClient<T>;
  }

  /** GETs any path that answers an object: discovery, `/version`. Throws StatusError for a failure. */
  async get(url: string, { accept = JSON_TYPE, signal }: RawGetOptions = {}): Promise<unknown> {
    const headers = { accept, 'user-agent': this.#userAgent };
    return objectOf(await this.transport.request({ method: 'GET', url, headers, signal }));
  }

  async #send(method: string, url: string, body: RequestBody = {}): Promise<unknown> {
    const { object, contentType = JSON_TYPE, signal } = body;
    const headers: Record<string, string> = { accept: JSON_TYPE, 'user-agent': this.#userAgent };
    if (object !== undefined) headers['content-type'] = contentType;
    return objectOf(await this.transport.request({ method, url, headers, object, signal }));
  }

  async #watch(url: string, signal: AbortSignal | undefined): Promise<Watch> {
    const headers = { accept: JSON_TYPE, 'user-agent': this.#userAgent };
    const response = await this.transport.request({ method: 'GET', url, headers, signal });
    if (response.type === 'watch') return response.watch;
    objectOf(response);
    throw new StatusError(500, 'InternalError', `the server answered ${url} with something that is not a watch`);
  }
}

function objectOf(response: ApiResponse): unknown {
  if (response.type === 'object') {
    if (response.status < 400) return response.object;
    throw statusErrorFrom((response.object ?? {}) as Partial<Status>, response.status);
  }
  if (response.type === 'bytes' && response.status >= 400) {
    const message = new TextDecoder().decode(response.body);
    throw new StatusError(response.status, '', message.trim() || `the server answered ${response.status}`);
  }
  throw new StatusError(response.status, 'InternalError', 'the server answered with something that is not an object');
}
