/** The object in the body of a write. */
import {
  badRequest,
  formatGroupVersion,
  invalid,
  invalidValue,
  type KubeObject,
  parseGroupVersion,
  type StatusError,
  unsupportedMediaType,
} from '@towtank/apimachinery';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from '../protobuf/decode-protobuf.ts';
import type { ServedResource } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';
import { BodySyntaxError, type DecodedBody, decodeBody, decodeYamlAsJson } from '../schema/decode-body.ts';
import { decodeObject } from '../schema/decode-object.ts';
import { jsonKindOf } from '../schema/object-decoder.ts';
import { isJsonObject } from '../schema/own-property.ts';
import { schemaOfKind } from '../schema/schema-table.ts';
import { loadYaml } from '../schema/yaml-body.ts';
import type { ApiCall } from './api-call.ts';

const MEDIA_TYPES = ['application/json', 'application/yaml', PROTOBUF_MEDIA_TYPE];

/** The body as a value, with what strict decoding has to say of its text. Throws 400 and 415. */
export function readBody({ request, served }: ApiCall): DecodedBody | Promise<DecodedBody> {
  if (request.object !== undefined) return { value: request.object, duplicates: [] };
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (mediaType === PROTOBUF_MEDIA_TYPE) return readProtobuf(served, request.body ?? new Uint8Array());
  const format = FORMATS[mediaType];
  if (format === undefined) throw unsupportedMediaType(MEDIA_TYPES);
  const bytes = request.body ?? new Uint8Array();
  const refuse = (reason: unknown): never => {
    throw reason instanceof BodySyntaxError ? unreadable(served, reason, { bytes, mediaType }) : reason;
  };
  try {
    if (format === 'application/json') return decodeBody(bytes, format);
    return (
      decodeYamlAsJson(bytes) ??
      loadYaml()
        .then((yaml) => decodeBody(bytes, format, yaml))
        .catch(refuse)
    );
  } catch (reason) {
    return refuse(reason);
  }
}

/** A protocol buffer, as Go clients write the built-in kinds; custom resources have no such form. */
function readProtobuf({ resource }: ServedResource, bytes: Uint8Array): DecodedBody {
  const value = decodeProtobuf(bytes, resource.kind);
  if (value === undefined) throw unsupportedMediaType(MEDIA_TYPES.filter((type) => type !== PROTOBUF_MEDIA_TYPE));
  return { value, duplicates: [] };
}

const FORMATS: Readonly<Record<string, 'application/json' | 'application/yaml'>> = {
  '': 'application/json',
  'application/json': 'application/json',
  'application/yaml': 'application/yaml',
  'application/json-patch+json': 'application/json',
  'application/merge-patch+json': 'application/json',
  'application/strategic-merge-patch+json': 'application/json',
  'application/apply-patch+yaml': 'application/yaml',
};

interface Body {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Patches are read by other means than objects, and refused in other words. */
function unreadable(served: ServedResource, cause: BodySyntaxError, { bytes, mediaType }: Body): StatusError {
  const { message } = cause;
  switch (mediaType) {
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
      return badRequest(`error decoding patch: ${message}`, { cause });
    case 'application/strategic-merge-patch+json':
      return badRequest(message, { cause });
    case 'application/apply-patch+yaml':
      return badRequest(`error decoding YAML: error converting YAML to JSON: ${message}`, { cause });
    case 'application/yaml':
      return badRequest(
        `the object provided is unrecognized (must be of type ${served.resource.kind}): ${message} (${summaryOf(bytes)})`,
        { cause },
      );
    default:
      return unrecognized(served, message, bytes, cause);
  }
}

/** How much of a body that is no object the message shows. */
const SHOWN_BYTES = 30;

/** 400 for a body of which not even the kind can be read. */
export const unrecognized = (
  { resource }: ServedResource,
  why: string,
  bytes: Uint8Array,
  cause?: unknown,
): StatusError =>
  badRequest(
    `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: ${why} (${summaryOf(bytes)})`,
    { cause },
  );

function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const shown = Buffer.from(bytes).subarray(0, SHOWN_BYTES);
  const more = bytes.length > SHOWN_BYTES ? ' ...' : '';
  return shown.toString(shown[0] === 0x7b ? 'utf8' : 'hex') + more;
}

/**
 * The body as an object of a built-in type that is only looked at, not stored: types are checked, unknown fields dropped.
 * Throws 400.
 */
export async function readAs(call: ApiCall, apiVersion: string, kind: string): Promise<KubeObject> {
  const object = objectIn(call, await readBody(call));
  const schema = schemaOfKind(apiVersion, kind);
  if (schema === undefined) return object;
  return decodeObject({ ...object, apiVersion, kind }, schema, { fieldValidation: 'Ignore' }).object;
}

/** What the kind and version of a body are read into. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The body of a create or update as an object with a type. Throws 400. */
export function objectIn({ request, served }: ApiCall, { value }: DecodedBody): KubeObject {
  const refuse = (why: string): StatusError =>
    unrecognized(served, why, request.body ?? Buffer.from(JSON.stringify(value)));
  if (value === null) return {} as KubeObject;
  if (!isJsonObject(value))
    throw refuse(`json: cannot unmarshal ${jsonKindOf(value)} into Go value of type ${TYPE_META}`);
  for (const field of ['apiVersion', 'kind']) {
    const found = value[field];
    if (found !== undefined && found !== null && typeof found !== 'string')
      throw refuse(`json: cannot unmarshal ${jsonKindOf(found)} into Go struct field .${field} of type string`);
  }
  return { ...value } as KubeObject;
}

/** Gives an object the type of the resource it is sent to. Throws 400 when it names another one. */
export function checkType(object: KubeObject, { resource, customResource }: ServedResource): void {
  const { group, version, kind } = resource;
  const apiVersion = formatGroupVersion(group, version);
  object.apiVersion ||= apiVersion;
  object.kind ||= kind;
  if (object.kind === kind && object.apiVersion === apiVersion) return;
  const given = parseGroupVersion(object.apiVersion);
  const refuse = (why: string): StatusError =>
    badRequest(`${object.kind} in version ${JSON.stringify(given.version)} cannot be handled as a ${kind}: ${why}`);
  if (customResource === true) throw wrongCustomType(object, resource);
  if (schemaOfKind(object.apiVersion, object.kind) === undefined)
    throw refuse(
      `no kind "${object.kind}" is registered for version "${object.apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  if (object.kind === kind)
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  throw refuse(
    `converting (${given.version}.${object.kind}) to (${internalPackage(group)}.${kind}): unknown conversion`,
  );
}

/** Custom resources are told apart by their version when they are read, and by their kind when they are checked. */
function wrongCustomType(object: KubeObject, { group, version, kind }: Resource): StatusError {
  const apiVersion = formatGroupVersion(group, version);
  if (object.apiVersion !== apiVersion)
    return badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  const error = invalidValue('kind', object.kind, `must be ${kind}`);
  return invalid({ group, kind: object.kind ?? '' }, object.metadata?.name ?? '', [error]);
}

/** The Go package of the internal types of a group. */
const internalPackage = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group));
