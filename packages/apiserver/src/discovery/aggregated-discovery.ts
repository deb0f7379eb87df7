/** Aggregated discovery: all groups, versions and resources in one document, `APIGroupDiscoveryList`. */
import type { Resource, Subresource } from '../resources/resource.ts';
import type { ApiGroup, ApiVersion } from './api-groups.ts';

/** Versions of `apidiscovery.k8s.io`. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

/** The document for these groups. */
export const apiGroupDiscoveryList = (groups: readonly ApiGroup[], version: DiscoveryVersion): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map((group) => ({
    metadata: group.name === '' ? {} : { name: group.name },
    versions: group.versions.map((apiVersion) => versionEntry(group, apiVersion)),
  })),
});

const versionEntry = (group: ApiGroup, { version, resources }: ApiVersion): object => ({
  version,
  resources: resources.map((resource) => resourceEntry(group, resource)),
  freshness: 'Current',
});

function resourceEntry({ isBuiltIn }: ApiGroup, resource: Resource): object {
  const { group, version, kind, singular, namespaced, verbs, shortNames, categories, subresources } = resource;
  // built-in kinds leave group and version of their own kind empty; custom ones spell them out
  const own = isBuiltIn ? { group: '', version: '', kind } : { group, version, kind };
  return {
    resource: resource.resource,
    responseKind: own,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map((sub) => subresourceEntry(sub, own)) }),
  };
}

const subresourceEntry = ({ subresource, group, version, kind, verbs }: Subresource, own: object): object => ({
  subresource,
  responseKind: group === '' && version === '' ? { ...own, kind } : { group, version, kind },
  verbs,
});
