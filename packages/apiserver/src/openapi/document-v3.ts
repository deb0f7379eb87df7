/** OpenAPI 3 documents. */
import type { DocumentedGroup } from './documented-group.ts';
import {
  ANSWER_TEXTS,
  type Answer,
  type ApiPath,
  type Operation,
  type Parameter,
  shareParameters,
} from './operation.ts';
import { type SchemaObject, schemaV3 } from './schema-object.ts';
import { reachableTypes } from './type-closure.ts';

const SECURITY = {
  BearerToken: {
    type: 'apiKey',
    description: 'Bearer Token authentication',
    name: 'authorization',
    in: 'header',
  },
};

/** The document of a group version, or of a few paths beside them. */
export function documentV3({ paths, lookup, given, isCustom }: DocumentedGroup): object {
  const types = reachableTypes(typesOf(paths), lookup);
  return {
    openapi: '3.0.0',
    info: isCustom ? { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' } : { title: 'Kubernetes', version: '1.36' },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    components: {
      schemas: Object.fromEntries(types.map(([name, schema]) => [name, given?.get(name) ?? schemaV3(schema)])),
      ...(isCustom ? {} : { securitySchemes: SECURITY }),
    },
  };
}

/** Names of the types that operations take and answer. */
export function typesOf(paths: readonly ApiPath[]): string[] {
  const operations = paths.flatMap((path) => path.operations);
  return operations.flatMap(({ body, answers }) => [body?.type, ...answers.map(({ type }) => type)]).filter(isNamed);
}

const isNamed = (type: string | undefined): type is string => type !== undefined && type !== 'string';

function pathItem(path: ApiPath): object {
  const { shared, own } = shareParameters(path);
  return {
    ...Object.fromEntries(path.operations.map((item) => [item.method, operation(item, own.get(item) ?? [])])),
    ...(shared.length === 0 ? {} : { parameters: shared.map(parameter) }),
  };
}

const operation = (
  { tag, description, id, body, answers, action, kind }: Operation,
  parameters: readonly Parameter[],
): object => ({
  tags: [tag],
  description,
  operationId: id,
  ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameter) }),
  ...(body === undefined
    ? {}
    : { requestBody: { content: content(body.type, body.mediaTypes), ...(body.required ? { required: true } : {}) } }),
  responses: Object.fromEntries(answers.map((answer) => [answer.code, response(answer)])),
  ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
  ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': kind }),
});

const parameter = ({ name, in: place, type, description }: Parameter): object => ({
  name,
  in: place,
  ...(description === undefined ? {} : { description }),
  ...(place === 'path' ? { required: true } : {}),
  schema: { type, uniqueItems: true },
});

const response = ({ code, type, mediaTypes }: Answer): object => ({
  description: ANSWER_TEXTS[code],
  ...(type === undefined ? {} : { content: content(type, mediaTypes) }),
});

function content(type: string, mediaTypes: readonly string[]): SchemaObject {
  const schema = type === 'string' ? { type } : { $ref: `#/components/schemas/${type}` };
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]));
}
