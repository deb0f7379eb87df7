/** The object in the body of a write. */
import {
  badRequest,
  formatGroupVersion,
  type KubeObject,
  parseGroupVersion,
  unsupportedMediaType,
} from '@towtank/apimachinery';
import type { ServedResource } from '../resources/catalog.ts';
import { BodySyntaxError, type DecodedBody, decodeBody } from '../schema/decode-body.ts';
import { loadYaml } from '../schema/yaml-body.ts';
import type { ApiCall } from './api-call.ts';

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The body as a value, with what strict decoding has to say of its text. Throws 400 and 415. */
export async function readBody({ request, served }: ApiCall): Promise<DecodedBody> {
  if (request.object !== undefined) return { value: request.object, duplicates: [] };
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const format = FORMATS[mediaType];
  if (format === undefined) throw unsupportedMediaType(MEDIA_TYPES);
  const bytes = request.body ?? new Uint8Array();
  try {
    if (format === 'application/json') return decodeBody(bytes, format);
    return decodeBody(bytes, format, await loadYaml());
  } catch (reason) {
    if (!(reason instanceof BodySyntaxError)) throw reason;
    throw unrecognized(served, reason, bytes);
  }
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

/** How much of a broken body the message shows. */
const SHOWN_BYTES = 512;

function unrecognized({ resource }: ServedResource, cause: Error, bytes: Uint8Array): Error {
  const text = Buffer.from(bytes).toString();
  return badRequest(
    `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: ${cause.message} (${text.slice(0, SHOWN_BYTES)})`,
    { cause },
  );
}

/** Gives an object the type of the resource it is sent to. Throws 400 when it names another one. */
export function checkType(object: KubeObject, { resource }: ServedResource): void {
  const { group, version, kind } = resource;
  const apiVersion = formatGroupVersion(group, version);
  object.apiVersion ||= apiVersion;
  object.kind ||= kind;
  if (object.kind !== kind && object.apiVersion === apiVersion)
    throw badRequest(
      `${object.kind} in version "${version}" cannot be handled as a ${kind}: converting (${version}.${object.kind}) to (${internalPackage(group)}.${kind}): unknown conversion`,
    );
  if (object.apiVersion !== apiVersion) {
    const given = parseGroupVersion(object.apiVersion);
    throw badRequest(
      `${object.kind} in version "${version}" cannot be handled as a ${kind}: no kind "${object.kind}" is registered for version "${formatGroupVersion(given.group, given.version)}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
}

/** The Go package of the internal types of a group. */
const internalPackage = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group));
