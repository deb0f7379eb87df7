/** The object in the body of a write. */
import {
  badRequest,
  formatGroupVersion,
  type KubeObject,
  parseGroupVersion,
  unsupportedMediaType,
} from '@towtank/apimachinery';
import type { ServedResource } from '../resources/catalog.ts';
import type { ApiCall } from './api-call.ts';

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The body as a value of its own, which may be changed. Throws 400 and 415. */
export function readBody({ request }: ApiCall): unknown {
  if (request.object !== undefined) return structuredClone(request.object);
  const mediaType = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  if (mediaType !== 'application/json' && mediaType !== '') throw unsupportedMediaType(MEDIA_TYPES);
  try {
    return JSON.parse(Buffer.from(request.body ?? []).toString());
  } catch (cause) {
    throw badRequest(`the object provided is unrecognized: ${(cause as Error).message}`, { cause });
  }
}

/** Gives an object the type of the resource it is sent to. Throws 400 when it names another one. */
export function checkType(object: KubeObject, { resource }: ServedResource): void {
  const { group, version, kind } = resource;
  const apiVersion = formatGroupVersion(group, version);
  object.apiVersion ??= apiVersion;
  object.kind ??= kind;
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
