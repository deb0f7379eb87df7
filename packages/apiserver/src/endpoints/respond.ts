/** Makes answers. */
import { isStatusError, type KubeObject, type ListMeta, type ObjectResponse, StatusError } from '@towtank/apimachinery';
import type { ListPage } from '../registry/list-objects.ts';
import type { Representation } from '../registry/representation.ts';
import { typeMetaOf } from '../registry/resource-store.ts';
import type { ServedResource } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';
import { encodeItems } from '../storage/item-block.ts';
import type { StoredObject } from '../storage/stored-object.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

/** Headers of a JSON answer, with a Warning header for each text. */
export function jsonHeaders(warnings: readonly string[]): Readonly<Record<string, string>> {
  if (warnings.length === 0) return JSON_HEADERS;
  return { ...JSON_HEADERS, warning: [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}

/** An answer with a value that is encoded when it is sent. */
export const valueResponse = (status: number, object: unknown, warnings: readonly string[] = []): ObjectResponse => ({
  type: 'object',
  status,
  headers: jsonHeaders(warnings),
  object,
  encode: () => Buffer.from(`${JSON.stringify(object)}\n`),
});

/** An answer with one stored object: its bytes are those of storage. */
export const storedResponse = (
  status: number,
  stored: StoredObject,
  representation: Representation,
  warnings: readonly string[] = [],
): ObjectResponse => new StoredResponse(status, stored, representation, jsonHeaders(warnings));

/** A class, because it is made for most requests: closures and accessors of its own would cost each of them more. */
class StoredResponse implements ObjectResponse {
  readonly type = 'object';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #stored: StoredObject;
  readonly #representation: Representation;

  constructor(
    status: number,
    stored: StoredObject,
    representation: Representation,
    headers: Readonly<Record<string, string>>,
  ) {
    this.status = status;
    this.headers = headers;
    this.#stored = stored;
    this.#representation = representation;
  }

  get object(): unknown {
    return this.#representation.object(this.#stored);
  }

  encode(): Buffer {
    return this.#representation.line(this.#stored);
  }
}

const LIST_END = Buffer.from(']}\n');

/** Metadata of a list answer. */
export const listMetaOf = (page: ListPage): ListMeta => ({
  resourceVersion: String(page.revision),
  ...(page.continue === undefined ? {} : { continue: page.continue }),
  ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
});

/**
 * An answer with a list of plain objects: the bytes of its items are those of storage. Items of built-in kinds do not
 * repeat their type on the wire; those of custom resources do.
 */
export function listResponse({ resource, customResource = false }: ServedResource, page: ListPage): ObjectResponse {
  const head = listHead(resource, page, customResource);
  return {
    type: 'object',
    status: 200,
    headers: JSON_HEADERS,
    get object() {
      return { ...head, items: page.items.map(({ object }) => object) };
    },
    encode() {
      return encodeList(head, page, customResource);
    },
  };
}

/** An answer with a list in another version than the stored one. */
export function convertedListResponse(
  { resource, customResource = false }: ServedResource,
  page: ListPage,
  convert: (object: KubeObject) => KubeObject,
): ObjectResponse {
  const items = page.items.map(({ object }) => convert(object));
  const list = { ...listHead(resource, page, customResource), items };
  return {
    ...valueResponse(200, list),
    encode: () =>
      Buffer.from(`${JSON.stringify({ ...list, items: customResource ? items : items.map(withoutType) })}\n`),
  };
}

/** Lists of custom resources always say how they go on. */
function listHead(resource: Resource, page: ListPage, customResource: boolean): object {
  const { kind, apiVersion } = typeMetaOf(resource);
  const metadata = customResource ? { continue: '', ...listMetaOf(page) } : listMetaOf(page);
  return { kind: resource.listKind ?? `${kind}List`, apiVersion, metadata };
}

const withoutType = ({ kind: _, apiVersion: __, ...object }: KubeObject): object => object;

function encodeList(head: object, { items, whole }: ListPage, typed: boolean): readonly Buffer[] {
  const open = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`);
  return [open, ...encodeItems(items, { typed, whole }), LIST_END];
}

/** The answer to a failure: the single place that writes a Status. Whatever is no StatusError is our own bug: 500. */
export function errorResponse(reason: unknown): ObjectResponse {
  const error = isStatusError(reason)
    ? reason
    : new StatusError(500, 'InternalError', 'Internal error occurred', { cause: reason });
  const retryAfter = error.details?.retryAfterSeconds;
  const response = valueResponse(error.code, error.toStatus());
  return retryAfter === undefined
    ? response
    : { ...response, headers: { ...response.headers, 'retry-after': String(retryAfter) } };
}
