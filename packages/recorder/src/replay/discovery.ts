/**
 * Discovery: what an API server says of itself. Clients read it when it suits them: how often, and in which of its two
 * forms, differs from run to run, while what it says does not.
 */
import type { CassetteIndex } from '../cassette/cassette-index.ts';

/** Whether a request is for discovery or the OpenAPI documents, by its path and query. */
export const isDiscovery = (url: string): boolean =>
  /^\/((api|apis|version|api\/v1|apis\/[^/?]+(\/[^/?]+)?)(\?|$)|openapi\/)/.test(url);

/** A group in the form of all in one (apidiscovery.k8s.io/v2). */
interface GroupDiscovery {
  readonly metadata?: { readonly name?: string };
  readonly versions: readonly { readonly version: string; readonly resources?: readonly ResourceDiscovery[] }[];
}

interface KindName {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind?: KindName;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly responseKind?: KindName;
    readonly verbs: readonly string[];
  }[];
}

/**
 * The resources of one group and version, made of discovery that was recorded in the form of all in one. Undefined
 * where the request is for something else, or nothing of it was recorded.
 */
export async function derivedResourceList(url: string, index: CassetteIndex): Promise<object | undefined> {
  const asked = /^\/(?:api\/v1|apis\/([^/?]+)\/([^/?]+))(?:\?|$)/.exec(url);
  if (asked === null) return undefined;
  const [, group = '', version = 'v1'] = asked;
  const root = group === '' ? '/api' : '/apis';
  for (const { method, url: recorded, response } of [...index.exchanges].reverse()) {
    if (method !== 'GET' || recorded.split('?')[0] !== root || response === undefined) continue;
    const record = await index.recordAt(response);
    const body = record.type === 'response' ? await index.bytesOf(record.body) : undefined;
    const list = body?.includes('APIGroupDiscoveryList') === true ? JSON.parse(body.toString('utf8')) : undefined;
    const found = (list?.items as readonly GroupDiscovery[] | undefined)?.find(
      ({ metadata }) => (metadata?.name ?? '') === group,
    );
    const resources = found?.versions.find((candidate) => candidate.version === version)?.resources;
    if (resources !== undefined) return resourceList(group === '' ? version : `${group}/${version}`, resources);
  }
  return undefined;
}

const resourceList = (groupVersion: string, resources: readonly ResourceDiscovery[]): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.flatMap((resource) => {
    const { resource: name, singularResource = '', scope, subresources = [] } = resource;
    const namespaced = scope === 'Namespaced';
    const { shortNames, categories, verbs } = resource;
    return [
      {
        name,
        singularName: singularResource,
        namespaced,
        kind: resource.responseKind?.kind ?? '',
        verbs,
        ...(shortNames === undefined ? {} : { shortNames }),
        ...(categories === undefined ? {} : { categories }),
      },
      ...subresources.map(({ subresource, responseKind: { group, version, kind = '' } = {}, verbs: does }) => ({
        name: `${name}/${subresource}`,
        singularName: '',
        namespaced,
        ...(`${group ? `${group}/` : ''}${version}` === groupVersion ? {} : { group, version }),
        kind,
        verbs: does,
      })),
    ];
  }),
});
