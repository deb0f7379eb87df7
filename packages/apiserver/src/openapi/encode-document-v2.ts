/** The Swagger 2 document as a protocol buffer: the only form that clients in Go ask for. */
import { yamlText } from '../negotiation/yaml-text.ts';
import { encodeMessage } from '../protobuf/encode-message.ts';
import { isJsonObject, type JsonObject } from '../schema/own-property.ts';
import { METHODS } from './operation.ts';

/** The bytes of a document. */
export const encodeDocumentV2 = ({ paths, definitions, securityDefinitions, security, ...rest }: JsonObject): Buffer =>
  encodeMessage(
    {
      ...rest,
      paths: named(paths, pathItem),
      definitions: named(definitions, schema),
      securityDefinitions: named(securityDefinitions, (apiKey) => ({ apiKey })),
      security: list(security, (requirement) => named(requirement, (value) => ({ value }))),
    },
    'openapi/v2.Document',
  );

/** What JSON says with the keys of a map, messages say with a list of names and values. */
const named = (value: unknown, convert: (item: JsonObject) => unknown): JsonObject => ({
  entries: each(value, convert),
});

const each = (value: unknown, convert: (item: JsonObject) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(value as JsonObject).map(([name, item]) => [name, convert(item as JsonObject)]));

const list = (value: unknown, convert: (item: JsonObject) => unknown): unknown =>
  Array.isArray(value) ? value.map((item) => convert(item as JsonObject)) : undefined;

const anything = (value: unknown): JsonObject => ({ yaml: yamlText(value) });

function extensionsOf(value: JsonObject): JsonObject | undefined {
  const extensions = Object.entries(value).filter(([key]) => key.startsWith('x-'));
  if (extensions.length === 0) return undefined;
  return Object.fromEntries(extensions.map(([key, extension]) => [key, anything(extension)]));
}

function pathItem(item: JsonObject): JsonObject {
  const operations = METHODS.filter((method) => item[method] !== undefined);
  return {
    ...Object.fromEntries(operations.map((method) => [method, operation(item[method] as JsonObject)])),
    parameters: list(item.parameters, parameter),
  };
}

const operation = (item: JsonObject): JsonObject => ({
  ...item,
  parameters: list(item.parameters, parameter),
  responses: named(item.responses, response),
  extensions: extensionsOf(item),
});

function parameter(item: JsonObject): JsonObject {
  if (item.in === 'body') return { parameter: { body: { ...item, schema: schema(item.schema as JsonObject) } } };
  return { parameter: { nonBody: { [String(item.in)]: item } } };
}

const response = ({ description, schema: type }: JsonObject): JsonObject => ({
  response: { description, schema: isJsonObject(type) ? { schema: schema(type) } : undefined },
});

function schema(item: JsonObject): JsonObject {
  const { type, items, properties, additionalProperties, enum: values } = item;
  return {
    ...item,
    type: type === undefined ? undefined : { value: [type] },
    items: isJsonObject(items) ? { schema: [schema(items)] } : undefined,
    properties: isJsonObject(properties) ? named(properties, schema) : undefined,
    additionalProperties: isJsonObject(additionalProperties)
      ? { schema: schema(additionalProperties) }
      : additionalProperties === undefined
        ? undefined
        : { boolean: additionalProperties },
    enum: list(values, anything),
    extensions: extensionsOf(item),
  };
}
