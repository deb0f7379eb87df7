/** The documents of plain discovery: `APIVersions`, `APIGroupList`, `APIGroup` and `APIResourceList`. */
import { createHash } from 'node:crypto';
import { parseGroupVersion } from '@towtank/apimachinery';
import type { Resource, Subresource } from '../resources/resource.ts';
import type { ApiGroup, ApiVersion } from './api-groups.ts';

/** The answer to `/api`. */
export const apiVersions = (core: ApiGroup, serverAddress: string): object => ({
  kind: 'APIVersions',
  versions: core.versions.map(({ version }) => version),
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** The answer to `/apis`. */
export const apiGroupList = (groups: readonly ApiGroup[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.map(groupFields),
});

/** The answer to `/apis/GROUP`. */
export const apiGroup = (group: ApiGroup): object => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) });

function groupFields({ name, versions }: ApiGroup): object {
  const shown = versions.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return { name, versions: shown, preferredVersion: shown[0] };
}

/** The answer to `/api/v1` and `/apis/GROUP/VERSION`. The former has never said its own apiVersion. */
export const apiResourceList = (group: ApiGroup, { groupVersion, resources }: ApiVersion): object => ({
  kind: 'APIResourceList',
  ...(group.name === '' ? {} : { apiVersion: 'v1' }),
  groupVersion,
  resources: resources.flatMap((resource) => [
    resourceEntry(resource),
    ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource)),
  ]),
});

function resourceEntry(resource: Resource): object {
  const { singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return {
    name: resource.resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    // only what is stored can be watched
    ...(verbs.includes('watch') ? { storageVersionHash: storageVersionHash(resource) } : {}),
  };
}

const subresourceEntry = (
  { resource, namespaced }: Resource,
  { subresource, group, version, kind, verbs }: Subresource,
): object => ({
  name: `${resource}/${subresource}`,
  singularName: '',
  namespaced,
  ...(group === '' ? {} : { group }),
  ...(version === '' ? {} : { version }),
  kind,
  verbs,
});

/** Built-in kinds that are stored in another version than the one they are served in. */
const STORED_ELSEWHERE: Readonly<Record<string, string>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': 'autoscaling/v2',
  'events.k8s.io/v1/Event': 'v1',
  'apiextensions.k8s.io/v1/CustomResourceDefinition': 'apiextensions.k8s.io/v1beta1',
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': 'admissionregistration.k8s.io/v1beta1',
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': 'admissionregistration.k8s.io/v1beta1',
};

/** A short hash of the kind and version that objects are stored in, by which migration tools tell a change. */
export function storageVersionHash({ group, version, kind, storageVersion }: Resource): string {
  const stored = storageVersion ?? STORED_ELSEWHERE[`${group}/${version}/${kind}`];
  const gv = stored === undefined ? { group, version } : parseGroupVersion(stored);
  return createHash('sha256').update(`${gv.group}/${gv.version}/${kind}`).digest().subarray(0, 8).toString('base64');
}
