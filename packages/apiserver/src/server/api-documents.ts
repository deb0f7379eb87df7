/** Serves what describes the API: discovery, health, the version, and the OpenAPI documents. */
import type { ApiRequest, ApiResponse } from '@towtank/apimachinery';
import { isBuiltInGroup } from '../discovery/api-groups.ts';
import { type DiscoveryAnswer, pageNotFound } from '../discovery/discovery-answer.ts';
import { serveDiscovery } from '../discovery/serve-discovery.ts';
import type { ParsedRequest } from '../endpoints/parse-request.ts';
import { dressFor, valueText } from '../negotiation/dress.ts';
import { OpenApiDocuments } from '../openapi/serve-openapi.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';
import type { ResourceCatalog } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';

/** Documents of one catalog, made anew when resources come or go. */
export class ApiDocuments {
  readonly #catalog: ResourceCatalog;
  #generation = -1;
  #resources: readonly Resource[] = [];
  #openApi = new OpenApiDocuments([]);

  constructor(catalog: ResourceCatalog) {
    this.#catalog = catalog;
  }

  /** Answers a request that is about no resource; 404 for paths that nobody knows. */
  serve(request: ApiRequest, { path, query, verb }: ParsedRequest): ApiResponse {
    this.#refresh();
    const { accept, host, 'if-none-match': ifNoneMatch } = request.headers;
    const answer =
      this.#openApi.serve({ path, query, accept, ifNoneMatch }) ??
      serveDiscovery({
        path,
        method: verb.toUpperCase(),
        query,
        accept,
        ifNoneMatch,
        host,
        resources: this.#resources,
      }) ??
      pageNotFound();
    return toResponse(answer, dressFor(request).pretty);
  }

  #refresh(): void {
    const { generation } = this.#catalog;
    if (generation === this.#generation) return;
    const served = this.#catalog.all();
    this.#generation = generation;
    this.#resources = served.map(({ resource }) => resource);
    this.#openApi = new OpenApiDocuments(served);
  }
}

/** Whether a request is about a resource of a group that neither Kubernetes nor a definition claims. */
export const isUnclaimed = ({ group, version, resource }: RequestAttributes, catalog: ResourceCatalog): boolean =>
  !isBuiltInGroup(group) && catalog.find(group, version, resource) === undefined;

/** 404 of a path that nobody claims: a plain page, where the API itself would answer a Status. */
export const unclaimedPath = (): ApiResponse => toResponse(pageNotFound(), false);

function toResponse({ status, contentType, headers, body, indented }: DiscoveryAnswer, pretty: boolean): ApiResponse {
  const all = { 'cache-control': 'no-cache, private', ...headers, 'content-type': contentType };
  if (body === undefined) return { type: 'bytes', status, headers: all, body: new Uint8Array() };
  if (typeof body === 'string') return { type: 'bytes', status, headers: all, body: Buffer.from(body) };
  if (body instanceof Uint8Array) return { type: 'bytes', status, headers: all, body };
  const dress = { mediaType: contentType, pretty: indented === true || pretty };
  return { type: 'object', status, headers: all, object: body, encode: () => Buffer.from(valueText(body, dress)) };
}
