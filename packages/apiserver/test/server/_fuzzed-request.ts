/** Makes requests that are almost right, and some that are nothing of the kind. */
import type { ApiRequest, Random } from '@towtank/apimachinery';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';
import { schemaNamed } from '../../src/schema/schema-table.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', '', '__proto__'];
const NAMES = [
  'a',
  'b',
  'c',
  'default',
  'kube-system',
  '__proto__',
  'constructor',
  'toString',
  'A_B',
  '-',
  'x'.repeat(300),
  '%',
  'ä',
  '..',
  '*',
  'http:a:80',
  'a:b:c:d',
];
const NAMESPACES = ['default', 'kube-system', 'none', '__proto__', 'a b', 'constructor'];
const SUBRESOURCES = [
  'status',
  'scale',
  'log',
  'exec',
  'attach',
  'portforward',
  'proxy',
  'proxy/x/y',
  'binding',
  'eviction',
  'token',
  'finalize',
  'approval',
  'resize',
  'ephemeralcontainers',
  '__proto__',
  'constructor',
  'x',
];
const TEXTS = [
  '',
  'a',
  'A b',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  'ä'.repeat(50),
  'x'.repeat(2000),
  '1',
  '-1',
  '1e999',
  '100m',
  '1Gi',
  'NaN',
  'null',
  'true',
  '2026-01-01T00:00:00Z',
  '10.0.0.1',
  '999.1.1.1',
  '::1',
  '10.0.0.0/8',
  'a/b',
  'a=b',
  '*',
  '$(VAR)',
  '{}',
  '[[',
  '(((((',
  '/'.repeat(40),
];
const NUMBERS = [0, 1, -1, 80, 65536, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 4_294_967_296];
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'a.b',
  'metadata',
  'spec',
  '$patch',
  '$retainKeys',
  '$setElementOrder/containers',
  '$deleteFromPrimitiveList/finalizers',
];
const TYPES = [
  'application/json',
  'application/yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
  ';;;',
  'application/json; charset=latin1',
  '__proto__',
];
const ACCEPTS = [
  'application/json',
  'application/yaml',
  '*/*',
  'text/html',
  '',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io',
  'application/json;as=__proto__;v=v1;g=meta.k8s.io',
  ';;,,;q=',
  'application/vnd.kubernetes.protobuf, application/json;q=0.5',
];
const PATHS = [
  '/',
  '/api',
  '/apis',
  '/version',
  '/healthz',
  '/livez/ping',
  '/readyz?verbose',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/api/v1',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/__proto__/v1/x',
  '/api/__proto__/pods',
  '/api/v1/__proto__',
  '/api/v1/constructor/x',
  '/%',
  '/api/v1/%ff',
  '//',
  '/api//v1///pods',
  '/api/v1/watch/pods',
  '/api/v1/watch/namespaces/default/pods/a',
  '/api/v1/proxy/pods/a',
  '/metrics',
  '/logs',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  '/apis/apps/v1/namespaces/default/deployments/a/b/c/d/e',
  `/${'a/'.repeat(500)}`,
  '*',
  'http://x/api',
  '',
];
const PARAMETERS = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'watch',
  'timeoutSeconds',
  'sendInitialEvents',
  'allowWatchBookmarks',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'pretty',
  'includeObject',
  'propagationPolicy',
  'gracePeriodSeconds',
  'orphanDependents',
  'tailLines',
  'container',
  'command',
  'stdin',
  'stdout',
  'ports',
  'sinceTime',
  '__proto__',
];
const SELECTORS = [
  'a=b',
  'a in (b,c)',
  'a notin (',
  '!a',
  'a,b,c',
  'metadata.name=a',
  'spec.nodeName!=',
  'a==b',
  '=',
  ',,,',
  'a>1',
  'a<x',
  '(',
  'status.phase=Running',
  `a in (${'b,'.repeat(5000)}c)`,
  'x'.repeat(5000),
  '__proto__=a',
  'constructor',
  'metadata.__proto__=x',
];
const VALUES = [
  'true',
  'false',
  '0',
  '1',
  '-1',
  '5',
  '99999999999999999999',
  'Exact',
  'NotOlderThan',
  'All',
  'Strict',
  'Warn',
  'Foreground',
  'Background',
  'Orphan',
  'Object',
  'None',
  'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvIn0',
];

/** The next request. The same generator gives the same requests. */
export function fuzzedRequest(random: Random): ApiRequest {
  const resource = pick(random, resources());
  const method = chance(random, 0.85) ? pick(random, METHODS.slice(0, 5)) : pick(random, METHODS);
  const url = chance(random, 0.1) ? pick(random, PATHS) : pathOf(random, resource, method);
  const headers: Record<string, string> = {
    accept: chance(random, 0.7) ? 'application/json' : pick(random, ACCEPTS),
    'content-type': contentType(random, method),
  };
  if (chance(random, 0.03)) headers['impersonate-user'] = pick(random, TEXTS);
  if (chance(random, 0.03)) headers['impersonate-group'] = pick(random, TEXTS);
  if (chance(random, 0.05)) headers['user-agent'] = pick(random, [...TEXTS, 'curl/8', 'kubectl/v1.35.0']);
  if (chance(random, 0.03)) headers.authorization = pick(random, ['Bearer x', 'Bearer a.b.c', 'Basic eA==', ...TEXTS]);
  const body =
    method === 'GET' || method === 'HEAD' ? undefined : bodyOf(random, resource, headers['content-type'] ?? '');
  return { method, url: url + queryOf(random), headers, body };
}

let table: readonly Resource[] | undefined;
function resources(): readonly Resource[] {
  table ??= resourceTable();
  return table;
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
const chance = (random: Random, share: number): boolean => random.next() < share;

function pathOf(random: Random, { group, version, resource, namespaced }: Resource, method: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const named = method !== 'POST' && chance(random, 0.8);
  const namespace = namespaced
    ? `/namespaces/${chance(random, 0.85) ? 'default' : encode(random, pick(random, NAMESPACES))}`
    : '';
  const name =
    named || chance(random, 0.1)
      ? `/${encode(random, chance(random, 0.7) ? pick(random, ['a', 'b', 'c']) : pick(random, NAMES))}`
      : '';
  const below = name !== '' && chance(random, 0.2) ? `/${pick(random, SUBRESOURCES)}` : '';
  return `${root}${chance(random, 0.95) ? namespace : ''}/${resource}${name}${below}`;
}

const encode = (random: Random, text: string): string =>
  chance(random, 0.9) ? encodeURIComponent(text) : text.replace(/[\ud800-\udfff]/g, '?');

function queryOf(random: Random): string {
  if (chance(random, 0.6)) return '';
  const count = 1 + Math.floor(random.next() * 4);
  const parts = Array.from({ length: count }, () => {
    const name = pick(random, PARAMETERS);
    const value =
      name.endsWith('Selector') && chance(random, 0.8)
        ? pick(random, SELECTORS)
        : pick(random, [...VALUES, ...VALUES, ...TEXTS]);
    return `${name}=${chance(random, 0.9) ? encodeURIComponent(value.replace(/[\ud800-\udfff]/g, '?')) : value}`;
  });
  return `?${parts.join('&')}`;
}

function contentType(random: Random, method: string): string {
  if (chance(random, 0.1)) return pick(random, TYPES);
  return method === 'PATCH' ? pick(random, TYPES.slice(2, 6)) : pick(random, TYPES.slice(0, 2));
}

function bodyOf(random: Random, resource: Resource, type: string): Uint8Array {
  if (chance(random, 0.03)) return new Uint8Array();
  if (chance(random, 0.03)) return Buffer.from(Array.from({ length: 60 }, () => Math.floor(random.next() * 256)));
  if (chance(random, 0.01)) return Buffer.from('['.repeat(5000));
  const value = type.startsWith('application/json-patch') ? operations(random) : objectOf(random, resource);
  const text = JSON.stringify(value) ?? '';
  if (chance(random, 0.05)) return Buffer.from(text.slice(0, Math.floor(random.next() * text.length)));
  if (chance(random, 0.02)) return Buffer.from(text.replace('{', '{"kind":"a","kind":"b",'));
  // a name that JSON.stringify cannot write as a field of its own
  return Buffer.from(text.replaceAll('"__key__"', '"__proto__"'));
}

function operations(random: Random): unknown {
  if (chance(random, 0.1)) return anyValue(random, 0);
  return Array.from({ length: Math.floor(random.next() * 4) }, () => ({
    op: pick(random, ['add', 'remove', 'replace', 'move', 'copy', 'test', 'x', '__proto__']),
    path: pick(random, [
      '/metadata/labels/a',
      '/spec/replicas',
      '/__proto__/polluted',
      '/constructor/prototype/polluted',
      '/metadata',
      '',
      '/',
      '/a/b/c',
      '/metadata/finalizers/-',
      '/spec/containers/0/image',
      '~',
      '/metadata/labels/a~1b',
      'x',
    ]),
    from: pick(random, ['/metadata/labels', '/metadata/name', '/spec', '', '/__proto__', '/x']),
    value: anyValue(random, 1),
  }));
}

/** An object of the resource's type, with mistakes. */
function objectOf(random: Random, { group, version, kind, schema }: Resource): unknown {
  if (chance(random, 0.04)) return anyValue(random, 0);
  const object = { ...(ofType(random, schema, 0) as object) } as Record<string, unknown>;
  object.apiVersion = chance(random, 0.95) ? (group === '' ? version : `${group}/${version}`) : pick(random, TEXTS);
  object.kind = chance(random, 0.95) ? kind : pick(random, ['Pod', 'List', ...TEXTS]);
  if (chance(random, 0.9)) object.metadata = metadata(random);
  return object;
}

function metadata(random: Random): unknown {
  const made: Record<string, unknown> = {
    name: chance(random, 0.9) ? pick(random, ['a', 'b', 'c']) : anyValue(random, 1),
  };
  if (chance(random, 0.2)) Object.assign(made, ofType(random, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 2));
  if (chance(random, 0.8)) delete made.resourceVersion;
  return made;
}

interface AnySchema {
  readonly type?: string;
  readonly ref?: string;
  readonly properties?: Readonly<Record<string, AnySchema>>;
  readonly items?: AnySchema;
  readonly additionalProperties?: AnySchema;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
}

function ofType(random: Random, name: string, depth: number): unknown {
  return ofSchema(random, (schemaNamed(name) ?? {}) as AnySchema, depth);
}

function ofSchema(random: Random, schema: AnySchema, depth: number): unknown {
  if (chance(random, 0.015)) return anyValue(random, depth);
  if (schema.ref !== undefined) return depth > 7 ? {} : ofType(random, schema.ref, depth);
  if (schema.enum !== undefined && chance(random, 0.9)) return pick(random, schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOfSchema(random, schema, depth);
    case 'array':
      return Array.from({ length: Math.floor(random.next() * 3) }, () =>
        ofSchema(random, schema.items ?? {}, depth + 1),
      );
    case 'integer':
    case 'number':
      return pick(random, NUMBERS);
    case 'boolean':
      return chance(random, 0.5);
    case 'string':
      return pick(random, [...TEXTS, 'a', 'b', 'c']);
    default:
      return schema.properties === undefined ? anyValue(random, depth) : objectOfSchema(random, schema, depth);
  }
}

function objectOfSchema(
  random: Random,
  { properties, additionalProperties, required = [] }: AnySchema,
  depth: number,
): unknown {
  const object: Record<string, unknown> = {};
  const share = depth < 2 ? 0.5 : 0.25;
  for (const [name, below] of Object.entries(properties ?? {}))
    if (depth < 8 && chance(random, required.includes(name) ? 0.95 : share))
      object[name] = ofSchema(random, below, depth + 1);
  if (additionalProperties !== undefined && chance(random, 0.6))
    object[pick(random, ['a', 'cpu', 'b/c', ...KEYS.slice(1)])] = ofSchema(random, additionalProperties, depth + 1);
  if (chance(random, 0.02)) object.__key__ = { polluted: true };
  return object;
}

function anyValue(random: Random, depth: number): unknown {
  switch (Math.floor(random.next() * (depth > 4 ? 5 : 7))) {
    case 0:
      return null;
    case 1:
      return pick(random, NUMBERS);
    case 2:
      return chance(random, 0.5);
    case 3:
    case 4:
      return pick(random, TEXTS);
    case 5:
      return Array.from({ length: Math.floor(random.next() * 3) }, () => anyValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: 2 }, () => [
          chance(random, 0.1) ? '__key__' : pick(random, KEYS.slice(1)),
          anyValue(random, depth + 1),
        ]),
      );
  }
}
