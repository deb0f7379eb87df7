/** A request in the words of `admission.k8s.io`: what webhooks are sent, and what expressions call `request`. */
import type { KubeObject } from '@towtank/apimachinery';
import { typeMetaOf } from '../../registry/resource-store.ts';
import type { Resource } from '../../resources/resource.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { askedVersion, type MatchedVersion, namespaceOf } from './resource-rules.ts';

/** Everything about a request but its uid and its objects. */
export function admissionRequest(attributes: AdmissionAttributes, seen: MatchedVersion): Record<string, unknown> {
  const { subresource, name, operation, dryRun } = attributes;
  const asked = askedVersion(attributes).resource;
  const namespace = namespaceOf(attributes);
  return {
    kind: kindOf(seen.resource),
    resource: resourceOf(seen.resource),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kindOf(asked),
    requestResource: resourceOf(asked),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfoOf(attributes),
    dryRun,
    options: optionsOf(attributes),
  };
}

/** A stored object as a version shows it. */
export function inVersion(object: KubeObject | undefined, seen: MatchedVersion): KubeObject | null {
  if (object === undefined) return null;
  const shown = seen.fromStored?.(object) ?? object;
  return { ...shown, ...typeMetaOf(seen.resource) };
}

/** A request as expressions see it. */
export const requestBindings = (
  attributes: AdmissionAttributes,
  seen: MatchedVersion,
  convert: (value: unknown) => unknown,
): Record<string, unknown> => ({
  object: convert(inVersion(attributes.object, seen)),
  oldObject: convert(inVersion(attributes.oldObject, seen)),
  request: convert(admissionRequest(attributes, seen)),
});

const kindOf = ({ group, version, kind }: Resource): object => ({ group, version, kind });
const resourceOf = ({ group, version, resource }: Resource): object => ({ group, version, resource });

function userInfoOf({ user: { name, uid, groups = [], extra } }: AdmissionAttributes): object {
  return {
    username: name,
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(extra !== undefined && Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

const KINDS: Readonly<Record<AdmissionAttributes['operation'], string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
  CONNECT: 'ConnectOptions',
};

/** A patch is told by what it comes to: the options of an update, or of a create. */
const optionsOf = ({ operation, options, dryRun }: AdmissionAttributes): object => ({
  kind: KINDS[operation],
  apiVersion: 'meta.k8s.io/v1',
  ...options,
  ...(dryRun ? { dryRun: ['All'] } : {}),
});
