/** The objects that a policy takes for its parameters. */
import { type KubeObject, selects } from '@towtank/apimachinery';
import type { ResourceCatalog, ServedResource } from '../../resources/catalog.ts';
import type { ObjectReader } from '../../storage/object-reader.ts';
import { inVersion } from '../matching/admission-request.ts';
import type { ParamRef, PolicySpec } from './policy-set.ts';

/** What parameters are looked up in. */
export interface ParamParts {
  readonly catalog: ResourceCatalog;
  readonly reader: ObjectReader;
}

type ParamKind = NonNullable<PolicySpec['paramKind']>;

/** The resource of the parameters. Throws an Error with the reason when nothing of this kind is served. */
export function paramResource({ apiVersion, kind }: ParamKind, { catalog }: ParamParts): ServedResource {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const found = catalog
    .all()
    .find(({ resource: row }) => row.group === group && row.version === version && row.kind === kind);
  if (found?.store !== undefined) return found;
  throw new Error(`failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`);
}

/** The parameters of a binding; one that is null where it needs none. Throws an Error with what is wrong. */
export function findParams(
  { paramKind }: PolicySpec,
  ref: ParamRef | undefined,
  { namespace, ...parts }: ParamParts & { readonly namespace: string },
): readonly (KubeObject | null)[] {
  if (paramKind === undefined || ref === undefined) return [null];
  const served = paramResource(paramKind, parts);
  const prefix = served.store?.prefix ?? '';
  const place = placeOf(served, ref, namespace);
  const found =
    ref.name === undefined || ref.name === ''
      ? parts.reader.list(prefix, place).filter(({ metadata }) => selects(ref.selector, metadata.labels))
      : [parts.reader.get(prefix, ref.name, place)].filter((one) => one !== undefined);
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found.map((one) => inVersion(one, served));
}

/** The namespace of the parameters: the one that the binding names, or that of the request. */
function placeOf({ resource }: ServedResource, ref: ParamRef, namespace: string): string | undefined {
  if (!resource.namespaced) {
    if (ref.namespace) throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return undefined;
  }
  const place = ref.namespace || namespace;
  if (place === '')
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return place;
}
