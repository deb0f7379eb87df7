/** The JSON Schema of a line of a cassette. */

const id = { type: 'integer', minimum: 1 };
const at = { type: 'number', minimum: 0 };
const hash = { type: 'string', pattern: '^sha256-[0-9a-f]{64}$' };
const headers = {
  type: 'object',
  propertyNames: { pattern: '^[^A-Z\\s:]+$' },
  additionalProperties: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
};
const body = {
  type: 'object',
  properties: {
    json: {},
    end: { type: 'string' },
    text: { type: 'string' },
    base64: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' },
    hash,
    omitted: { type: 'string' },
  },
  additionalProperties: false,
  dependentRequired: { end: ['json'] },
  oneOf: [
    { required: ['json'] },
    { required: ['text'] },
    { required: ['base64'] },
    { required: ['hash'] },
    { required: ['omitted'] },
  ],
};
const object = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } },
};
const resource = { type: 'string', pattern: '^([a-z0-9.-]+/)?[a-z0-9]+/[a-z0-9]+$' };

interface RecordSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

function record(
  type: string,
  properties: Readonly<Record<string, unknown>>,
  optional: readonly string[],
): RecordSchema {
  const required = ['type', ...Object.keys(properties).filter((name) => !optional.includes(name))];
  return {
    type: 'object',
    properties: { type: { const: type }, ...properties },
    required,
    additionalProperties: false,
  };
}

/** Every kind of record by its `type`. */
export const RECORD_SCHEMAS: Readonly<Record<string, RecordSchema>> = {
  cassette: record(
    'cassette',
    { version: { type: 'integer', minimum: 1 }, recorded: { type: 'string' }, source: { type: 'string' } },
    ['source'],
  ),
  body: record('body', { hash, body }, []),
  request: record(
    'request',
    { id, at, method: { type: 'string', pattern: '^[A-Z]+$' }, url: { type: 'string', pattern: '^/' }, headers, body },
    ['headers', 'body'],
  ),
  response: record(
    'response',
    {
      id,
      at,
      status: { type: 'integer', minimum: 100, maximum: 599 },
      headers,
      body,
      stream: { enum: ['lines', 'websocket', 'raw'] },
    },
    ['headers', 'body', 'stream'],
  ),
  frame: record(
    'frame',
    {
      id,
      at,
      from: { enum: ['client', 'server'] },
      op: { enum: ['text', 'binary', 'close', 'ping', 'pong'] },
      body,
    },
    ['from', 'op'],
  ),
  end: record('end', { id, at, by: { enum: ['server', 'client', 'reset'] }, error: { type: 'string' } }, ['error']),
  object: record('object', { resource, object }, []),
  change: record('change', { at, change: { enum: ['ADDED', 'MODIFIED', 'DELETED'] }, resource, object }, []),
};

/** A schema for a line of a cassette of version 1, as a document of its own. */
export const CASSETTE_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://towtank.dev/cassette-1.schema.json',
  title: 'A line of a towtank cassette',
  oneOf: Object.values(RECORD_SCHEMAS),
};
