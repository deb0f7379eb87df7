/** The API server's core: one request in, one answer out, no sockets. */
import {
  type ApiRequest,
  type ApiResponse,
  type Clock,
  type KubeObject,
  type Random,
  realClock,
  resourceNotFound,
  seededRandom,
  type Transport,
  type UserInfo,
  unauthorized,
} from '@towtank/apimachinery';
import type { AdmissionPlugin } from '../admission/admission.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { ApiCall, ApiEnvironment } from '../endpoints/api-call.ts';
import { deprecationOf, withWarning } from '../endpoints/deprecation.ts';
import { type ParsedRequest, parseRequest } from '../endpoints/parse-request.ts';
import { answerWithin, timeoutOf } from '../endpoints/request-timeout.ts';
import { errorResponse } from '../endpoints/respond.ts';
import { FlowSchemas } from '../flowcontrol/flow-schemas.ts';
import { dressedFor } from '../negotiation/dress.ts';
import type { ResourceStore } from '../registry/resource-store.ts';
import type { ResourceCatalog } from '../resources/catalog.ts';
import type { Storage } from '../storage/storage.ts';
import { ApiDocuments, isUnclaimed, unclaimedPath } from './api-documents.ts';
import { comeBackLater, type InFlightLimits, type ThrottledRequest } from './in-flight-limits.ts';
import { type HandlerTable, route } from './resource-router.ts';
import type { Security } from './security.ts';

/** Parts of an API server; `buildApiServer` puts them together. */
export interface ApiServerParts {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly storage: Storage;
  readonly catalog: ResourceCatalog;
  readonly admission: readonly AdmissionPlugin[];
  readonly handlers: HandlerTable;
  readonly authenticate: Authenticator;
  /** The user that a request acts as, once it may do what it asks for. */
  readonly admit: Security['admit'];
  readonly limits: InFlightLimits;
  /** Signs the token of a service account that a Secret is to keep. */
  readonly issueSecretToken: (serviceAccount: KubeObject, secret: KubeObject) => Promise<string>;
  /** Stops what runs beside the requests. */
  readonly close: () => void;
  /** Answers what is no resource and no description of the API. Undefined when the path is not known. */
  readonly serveNonResource: (
    request: ApiRequest,
    attributes: ParsedRequest,
    user: UserInfo,
  ) => ApiResponse | undefined | Promise<ApiResponse | undefined>;
}

/** Answers requests to the Kubernetes API. */
export class ApiServer {
  readonly storage: Storage;
  readonly catalog: ResourceCatalog;
  readonly #parts: ApiServerParts;
  readonly #environment: ApiEnvironment;
  readonly #documents: ApiDocuments;
  readonly #flows = new FlowSchemas();
  readonly #auditIds: Random;

  constructor(parts: ApiServerParts) {
    this.#parts = parts;
    this.storage = parts.storage;
    this.catalog = parts.catalog;
    this.#documents = new ApiDocuments(parts.catalog);
    void this.#flows.follow(parts.storage);
    const random = parts.random ?? seededRandom('towtank');
    this.#auditIds = random.fork('audit');
    this.#environment = {
      clock: parts.clock ?? realClock,
      random,
      catalog: parts.catalog,
      admission: parts.admission,
    };
  }

  /** Answers a request. Never rejects: failures are answered with a Status. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    let place: ReturnType<InFlightLimits['enter']>;
    try {
      const attributes = parseRequest(request.method, request.url);
      const timeoutMs = timeoutOf(attributes);
      const found = this.#parts.authenticate(request);
      // no promise more than there must be: each would cost every request a turn
      const user = found instanceof Promise ? await found : found;
      if (user === undefined) throw unauthorized();
      place = this.#parts.limits.enter(user, attributes);
      if (request.classified !== undefined && (place !== undefined || attributes.verb === 'watch'))
        this.#classify(request, user, attributes);
      if (place === 'full') return comeBackLater();
      const answer = this.#admit(request, attributes, user);
      return await (timeoutMs === undefined ? answer : answerWithin(timeoutMs, answer, this.#environment.clock));
    } catch (reason) {
      return refuse(request, reason);
    } finally {
      if (typeof place === 'object') place.leave();
    }
  }

  /** Signs the token of a service account that a Secret is to keep: it never ends, but is only taken while it is kept. */
  issueSecretToken(serviceAccount: KubeObject, secret: KubeObject): Promise<string> {
    return this.#parts.issueSecretToken(serviceAccount, secret);
  }

  /** What a request is called in audit logs: its sender's own id, or a new one. */
  auditIdOf(headers: ApiRequest['headers']): string {
    return headers['audit-id'] || this.#auditIds.uuid();
  }

  /**
   * Answers 429 to the requests that match, until the result is disposed: what clients meet on a server that has too much
   * to do. The components of a cluster meet it too where it matches them.
   *
   * @example
   * using _ = apiServer.throttle(({ user, verb }) => user.name === 'jane' && verb === 'list');
   */
  throttle(matches: (request: ThrottledRequest) => boolean): Disposable {
    return this.#parts.limits.throttle(matches);
  }

  /** The way in for callers in this process, who act as `user`: no socket, no serialising. */
  transport(user: UserInfo): Transport {
    return {
      // field by field: spreading a request costs more than finding its handler
      request: ({ method, url, headers, body, object, signal }) =>
        this.handle({ method, url, headers, body, object, signal, user }),
      close: async () => {},
    };
  }

  /** Stops what the server runs beside requests. Open watches end with their listeners. */
  close(): void {
    this.#flows.close();
    this.#parts.close();
  }

  /** Reads an object that the server itself needs; undefined when there is none. */
  async read(group: string, resource: string, key: string): Promise<KubeObject | undefined> {
    const store = this.catalog.storeOf(group, resource);
    return store === undefined ? undefined : (await this.storage.get(store.prefix, key))?.object;
  }

  #classify(request: ApiRequest, user: UserInfo, attributes: ParsedRequest): void {
    const flow = this.#flows.headersOf(user, attributes);
    if (flow !== undefined) request.classified?.(flow);
  }

  #admit(request: ApiRequest, attributes: ParsedRequest, authenticated: UserInfo): ApiResponse | Promise<ApiResponse> {
    const user = this.#parts.admit(authenticated, request, attributes);
    if (!attributes.isResourceRequest) return this.#serveNonResource(request, attributes, user);
    if (isUnclaimed(attributes, this.catalog)) return unclaimedPath();
    const call = this.#call(request, attributes, user);
    const deprecation = deprecationOf(call.served.resource);
    if (deprecation === undefined) return route(call, this.#parts.handlers)(call);
    return this.#answerDeprecated(call, deprecation);
  }

  async #answerDeprecated(call: ApiCall, deprecation: string): Promise<ApiResponse> {
    try {
      return withWarning(await route(call, this.#parts.handlers)(call), deprecation);
    } catch (reason) {
      return withWarning(refuse(call.request, reason), deprecation);
    }
  }

  async #serveNonResource(request: ApiRequest, attributes: ParsedRequest, user: UserInfo): Promise<ApiResponse> {
    const response = await this.#parts.serveNonResource(request, attributes, user);
    return response ?? this.#documents.serve(request, attributes);
  }

  #call(request: ApiRequest, attributes: ParsedRequest, user: UserInfo): ApiCall {
    const served = this.catalog.find(attributes.group, attributes.version, attributes.resource);
    if (served === undefined || (served.resource.namespaced && attributes.namespace === '' && attributes.name !== ''))
      throw resourceNotFound();
    return {
      request,
      attributes: served.resource.namespaced ? attributes : { ...attributes, namespace: '' },
      served,
      store: served.store ?? NO_STORE,
      user,
      environment: this.#environment,
      warnings: [],
    };
  }
}

const refuse = (request: ApiRequest, reason: unknown): ApiResponse => dressedFor(request, errorResponse(reason));

/** Stands in for the store of resources that have none; their handlers never touch it. */
const NO_STORE = new Proxy({} as ResourceStore, {
  get(_, field): never {
    throw new Error(`this resource has no store (asked for ${String(field)})`);
  },
});
