/** The Swagger 2 document: the whole API in one, for clients from before OpenAPI 3. */

import type { Schema } from '../schema/schema-table.ts';
import { typesOf } from './document-v3.ts';
import type { DocumentedGroup } from './documented-group.ts';
import {
  ANSWER_TEXTS,
  type Answer,
  type ApiPath,
  type Operation,
  type Parameter,
  shareParameters,
} from './operation.ts';
import { type SchemaObject, schemaV2 } from './schema-object.ts';
import { reachableTypes } from './type-closure.ts';

const SECURITY = {
  BearerToken: {
    description: 'Bearer Token authentication',
    type: 'apiKey',
    name: 'authorization',
    in: 'header',
  },
};

/** One document for all of these. */
export function documentV2(groups: readonly DocumentedGroup[]): object {
  const paths = groups.flatMap((group) => group.paths).sort((a, b) => (a.path < b.path ? -1 : 1));
  const definitions = new Map<string, SchemaObject>();
  for (const { paths: own, lookup, given } of groups)
    for (const [name, schema] of reachableTypes(typesOf(own), lookup))
      if (!definitions.has(name)) definitions.set(name, definition(given?.get(name), schema));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.36.2' },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
    securityDefinitions: SECURITY,
    security: [{ BearerToken: [] }],
  };
}

const definition = (given: SchemaObject | undefined, schema: Schema): SchemaObject =>
  given === undefined ? schemaV2(schema) : givenV2(given);

/** What Swagger 2 has no word for. */
const UNKNOWN_TO_V2: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default']);

/** A schema of OpenAPI 3 as its readers of old take it: references point elsewhere, alternatives are left out. */
function givenV2(schema: SchemaObject): SchemaObject {
  const { allOf } = schema as { allOf?: readonly { $ref?: string }[] };
  const reference = allOf?.[0]?.$ref?.replace('#/components/schemas/', '#/definitions/');
  const kept = Object.entries(schema).filter(([key]) => !UNKNOWN_TO_V2.has(key));
  return {
    ...(reference === undefined ? {} : { $ref: reference }),
    ...Object.fromEntries(kept.map(([key, part]) => [key, partV2(key, part)])),
  };
}

function partV2(key: string, part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  // the keys of `properties` are names of fields, whatever they are called
  if (key !== 'properties') return givenV2(part as SchemaObject);
  return Object.fromEntries(Object.entries(part).map(([name, field]) => [name, givenV2(field as SchemaObject)]));
}

function pathItem(path: ApiPath): object {
  const { shared, own } = shareParameters(path);
  return {
    ...Object.fromEntries(path.operations.map((item) => [item.method, operation(item, own.get(item) ?? [])])),
    ...(shared.length === 0 ? {} : { parameters: shared.map(parameter) }),
  };
}

function operation(
  { tag, description, id, body, answers, action, kind }: Operation,
  own: readonly Parameter[],
): object {
  const parameters = own.map(parameter);
  if (body !== undefined)
    parameters.unshift({
      name: 'body',
      in: 'body',
      ...(body.required ? { required: true } : {}),
      schema: schemaOf(body.type),
    });
  return {
    description,
    consumes: body?.mediaTypes ?? ['*/*'],
    produces: answers[0]?.mediaTypes ?? [],
    schemes: ['https'],
    tags: [tag],
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: Object.fromEntries(answers.map((answer) => [answer.code, response(answer)])),
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': kind }),
  };
}

const parameter = ({ name, in: place, type, description }: Parameter): object => ({
  uniqueItems: true,
  type,
  ...(description === undefined ? {} : { description }),
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
});

const response = ({ code, type }: Answer): object => ({
  description: ANSWER_TEXTS[code],
  ...(type === undefined ? {} : { schema: schemaOf(type) }),
});

const schemaOf = (type: string): object => (type === 'string' ? { type } : { $ref: `#/definitions/${type}` });
