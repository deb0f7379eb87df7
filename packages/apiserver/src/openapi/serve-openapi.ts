/** `/openapi/v3` with a document for each group version, and `/openapi/v2`. Made when first asked for. */
import { createHash } from 'node:crypto';
import { groupsOf } from '../discovery/api-groups.ts';
import { type DiscoveryAnswer, jsonAnswer, taggedAnswer } from '../discovery/discovery-answer.ts';
import { type MediaRange, parseAccept } from '../negotiation/accept.ts';
import type { Resource } from '../resources/resource.ts';
import type { JsonObject } from '../schema/own-property.ts';
import { documentV2 } from './document-v2.ts';
import { documentV3 } from './document-v3.ts';
import { type DocumentedGroup, documentGroup, type TypedResource } from './documented-group.ts';
import { encodeDocumentV2 } from './encode-document-v2.ts';
import { rootDocuments } from './root-documents.ts';

/** A request for a document. */
export interface OpenApiRequest {
  /** Path without query. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly accept?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** A document with the hash that stands for its content. */
interface Source {
  readonly hash: string;
  readonly bytes: () => Buffer;
  readonly contentType: string;
}

/** The Swagger 2 document in its two forms. */
interface V2Sources {
  readonly json: Source;
  readonly protobuf: Source;
}

const JSON_TYPE = 'application/json';
/** Subtypes by which clients ask for the Swagger 2 document as a protocol buffer; the answer has the second one. */
const PROTOBUF_SUBTYPES = [
  'com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'com.github.proto-openapi.spec.v2.v1.0+protobuf',
] as const;

/**
 * The OpenAPI documents of one set of resources. They are made when first asked for, then kept as bytes; make a new
 * one when resources come or go.
 */
export class OpenApiDocuments {
  readonly #rows: readonly TypedResource[];
  #groups: ReadonlyMap<string, Source> | undefined;
  #v2: V2Sources | undefined;

  constructor(rows: readonly TypedResource[]) {
    // rows may carry more than is documented, their stores for example
    this.#rows = rows.map(({ resource, schema = {}, openApiSchema }) =>
      openApiSchema === undefined ? { resource, schema } : { resource, schema, openApiSchema },
    );
  }

  /** Answers a path below `/openapi`; undefined when there is no such document. */
  serve({ path, query, accept, ifNoneMatch }: OpenApiRequest): DiscoveryAnswer | undefined {
    if (path === '/openapi/v2') return this.#serveV2(accept, ifNoneMatch);
    if (path === '/openapi/v3' || path === '/openapi/v3/') return this.#index(ifNoneMatch);
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const name = path.slice('/openapi/v3/'.length);
    const source = this.#sources().get(name);
    if (source === undefined) return undefined;
    return takesJson(accept) ? document(name, source, query?.get('hash') ?? '', ifNoneMatch) : NOT_ACCEPTABLE;
  }

  #index(ifNoneMatch: string | undefined): DiscoveryAnswer {
    const sources = [...this.#sources()].sort(([a], [b]) => (a < b ? -1 : 1));
    const index = {
      paths: Object.fromEntries(sources.map(([name, { hash }]) => [name, { serverRelativeURL: urlOf(name, hash) }])),
    };
    const bytes = Buffer.from(JSON.stringify(index));
    // the real server leaves this content type to a guess, which is plain text
    return taggedAnswer(jsonAnswer(bytes, 'text/plain; charset=utf-8'), hashOf(bytes), ifNoneMatch);
  }

  #serveV2(accept: string | undefined, ifNoneMatch: string | undefined): DiscoveryAnswer {
    const form = formOfV2(accept);
    if (form === undefined) return NOT_ACCEPTABLE;
    this.#v2 ??= this.#makeV2();
    return tagged(this.#v2[form], ifNoneMatch);
  }

  #makeV2(): V2Sources {
    const rows = JSON.stringify(this.#rows);
    const make = (): object => {
      const groups = groupsOf(this.#rows.map(({ resource }) => resource));
      const documented = [...this.#byGroupVersion().values()].map((group) => group.make());
      const roots = rootDocuments(groups).map(([, root]) => root);
      return documentV2([...roots, ...documented]);
    };
    return {
      json: lazySource(hashOf(rows), () => Buffer.from(JSON.stringify(make()))),
      protobuf: lazySource(
        hashOf(`protobuf ${rows}`),
        () => encodeDocumentV2(make() as JsonObject),
        `application/${PROTOBUF_SUBTYPES[1]}`,
      ),
    };
  }

  #sources(): ReadonlyMap<string, Source> {
    this.#groups ??= this.#makeSources();
    return this.#groups;
  }

  #makeSources(): ReadonlyMap<string, Source> {
    const sources = new Map<string, Source>();
    for (const [name, { rows, make }] of this.#byGroupVersion())
      sources.set(
        name,
        lazySource(hashOf(JSON.stringify(rows)), () => Buffer.from(JSON.stringify(documentV3(make())))),
      );
    for (const [name, root] of rootDocuments(groupsOf(this.#rows.map(({ resource }) => resource))))
      sources.set(
        name,
        lazySource(hashOf(name), () => Buffer.from(JSON.stringify(documentV3(root)))),
      );
    return sources;
  }

  #byGroupVersion(): Map<string, { rows: TypedResource[]; make: () => DocumentedGroup }> {
    const groups = new Map<string, { rows: TypedResource[]; make: () => DocumentedGroup }>();
    for (const row of this.#rows) {
      const { group, version } = row.resource;
      const name = nameOf(row.resource);
      const found = groups.get(name);
      if (found !== undefined) found.rows.push(row);
      else {
        const rows = [row];
        groups.set(name, { rows, make: () => documentGroup(group, version, rows) });
      }
    }
    return groups;
  }
}

/** The name of a group version in the index. */
const nameOf = ({ group, version }: Resource): string => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

const urlOf = (name: string, hash: string): string => `/openapi/v3/${name}?hash=${hash}`;

const hashOf = (content: string | Buffer): string => createHash('sha512').update(content).digest('hex').toUpperCase();

/** A document that is made once. Its hash is of what it is made from: the making itself never varies. */
function lazySource(hash: string, make: () => Buffer, contentType = JSON_TYPE): Source {
  let bytes: Buffer | undefined;
  return {
    hash,
    contentType,
    bytes() {
      bytes ??= make();
      return bytes;
    },
  };
}

const NOT_ACCEPTABLE: DiscoveryAnswer = { status: 406, contentType: 'application/json', body: undefined };

/** Documents of OpenAPI 3 come as JSON only: a client that takes nothing but the protobuf form is refused. */
const takesJson = (accept: string | undefined): boolean =>
  accept === undefined || accept === '' || parseAccept(accept).some(isJson);

const isJson = ({ type, subtype }: MediaRange): boolean =>
  (type === '*' || type === 'application') && (subtype === '*' || subtype === 'json');

/** The form of the Swagger 2 document that a client likes best; undefined when it takes neither. */
function formOfV2(accept: string | undefined): keyof V2Sources | undefined {
  if (accept === undefined || accept === '') return 'json';
  for (const range of parseAccept(accept)) {
    if (isJson(range)) return 'json';
    if (range.type === 'application' && PROTOBUF_SUBTYPES.some((subtype) => subtype === range.subtype))
      return 'protobuf';
  }
  return undefined;
}

function document(name: string, source: Source, hash: string, ifNoneMatch: string | undefined): DiscoveryAnswer {
  if (hash !== '' && hash !== source.hash) {
    const location = urlOf(name, source.hash);
    return { status: 301, contentType: 'text/html; charset=utf-8', headers: { location }, body: undefined };
  }
  const answer = tagged(source, ifNoneMatch);
  if (hash === '') return answer;
  return { ...answer, headers: { ...answer.headers, 'cache-control': 'public, immutable' } };
}

const tagged = ({ hash, bytes, contentType }: Source, ifNoneMatch: string | undefined): DiscoveryAnswer =>
  taggedAnswer(
    {
      status: 200,
      contentType,
      get body() {
        return bytes();
      },
    },
    hash,
    ifNoneMatch,
  );
