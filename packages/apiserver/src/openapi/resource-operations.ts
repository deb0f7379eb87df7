/** The paths and operations of a resource itself: its collection and its objects. */
import type { Resource } from '../resources/resource.ts';
import type { Answer, ApiPath, Operation } from './operation.ts';
import { operationId, tagOf, withArticle } from './operation-names.ts';
import {
  DELETE_COLLECTION_PARAMETERS,
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  PATCH_PARAMETERS,
  pathParameters,
  WRITE_PARAMETERS,
} from './parameters.ts';

/** Media types of answers with one object. */
export const OBJECT_MEDIA_TYPES: readonly string[] = [
  'application/json',
  'application/vnd.kubernetes.protobuf',
  'application/yaml',
];
const STREAM_MEDIA_TYPES = [
  'application/json',
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/yaml',
];
const PATCH_MEDIA_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const ANY_BODY = ['*/*'];

/** Kinds whose deletion answers the object and not a Status. */
const ANSWERS_DELETED = new Set([
  'Pod',
  'PodTemplate',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
  'CSIDriver',
  'CSINode',
  'StorageClass',
  'VolumeAttachment',
  'VolumeAttributesClass',
  'DeviceClass',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
]);

/** A resource with the names of its types. */
export interface DocumentedResource {
  readonly resource: Resource;
  /** Whether clients may send strategic merge patches; custom resources do not take them. */
  readonly isCustom: boolean;
  /** Type of one object. */
  readonly type: string;
}

/** The root of a group version: `/api/v1`, `/apis/apps/v1`. */
export const rootOf = ({ group, version }: { group: string; version: string }): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/** Answers with these codes, each with an object of the type; and 401. */
export const answersWith = (
  type: string,
  codes: readonly (200 | 201 | 202)[],
  mediaTypes: readonly string[] = OBJECT_MEDIA_TYPES,
): Answer[] => [...codes.map((code) => ({ code, type, mediaTypes })), { code: 401, mediaTypes: [] }];

/** The paths of a resource, subresources aside. */
export function resourcePaths(documented: DocumentedResource): ApiPath[] {
  const { resource } = documented;
  const root = rootOf(resource);
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const has = (verb: string): boolean => resource.verbs.includes(verb);
  const paths: [string, Operation[]][] = [
    [`${root}${scope}/${resource.resource}`, collectionOperations(documented, `${root}${scope}`)],
    [`${root}${scope}/${resource.resource}/{name}`, objectOperations(documented, `${root}${scope}/{name}`)],
  ];
  if (resource.namespaced && has('list'))
    paths.push([`${root}/${resource.resource}`, [list(documented, '', { allNamespaces: true })]]);
  if (has('watch')) {
    const watch = `${root}/watch`;
    paths.push([`${watch}${scope}/${resource.resource}`, [watchList(documented, scope, false)]]);
    paths.push([`${watch}${scope}/${resource.resource}/{name}`, [watchOne(documented, `${scope}/{name}`)]]);
    if (resource.namespaced) paths.push([`${watch}/${resource.resource}`, [watchList(documented, '', true)]]);
  }
  return paths.filter(([, operations]) => operations.length > 0).map(([path, operations]) => ({ path, operations }));
}

function collectionOperations(documented: DocumentedResource, scope: string): Operation[] {
  const { verbs } = documented.resource;
  return [
    ...(verbs.includes('list') ? [list(documented, scope, {})] : []),
    ...(verbs.includes('create') ? [create(documented, scope)] : []),
    ...(verbs.includes('deletecollection') ? [deleteCollection(documented, scope)] : []),
  ];
}

function objectOperations(documented: DocumentedResource, scope: string): Operation[] {
  const { verbs, namespaced, kind } = documented.resource;
  const target: WriteTarget = { scope, type: documented.type, of: `the specified ${kind}`, name: { namespaced } };
  return [
    ...(verbs.includes('get') ? [read(documented, target)] : []),
    ...(verbs.includes('update') ? [replace(documented, target)] : []),
    ...(verbs.includes('delete') ? [remove(documented, scope)] : []),
    ...(verbs.includes('patch') ? [patch(documented, target)] : []),
  ];
}

const common = ({ resource }: DocumentedResource): Pick<Operation, 'tag' | 'kind'> => ({
  tag: tagOf(resource.group, resource.version),
  kind: { group: resource.group, version: resource.version, kind: resource.kind },
});

function list(documented: DocumentedResource, scope: string, { allNamespaces = false }): Operation {
  const { resource, type } = documented;
  const namespaced = resource.namespaced && !allNamespaces;
  const verb = resource.verbs.includes('watch') ? 'list or watch' : 'list';
  return {
    ...common(documented),
    method: 'get',
    id: operationId('list', resource, { namespaced, allNamespaces }),
    description: `${verb} objects of kind ${resource.kind}`,
    action: 'list',
    parameters: [...LIST_PARAMETERS, ...pathParameters(scope, resource.kind)],
    answers: answersWith(`${type}List`, [200], STREAM_MEDIA_TYPES),
  };
}

function create(documented: DocumentedResource, scope: string): Operation {
  const { resource, type } = documented;
  return {
    ...common(documented),
    method: 'post',
    id: operationId('create', resource, resource),
    description: `create ${withArticle(resource.kind)}`,
    action: 'post',
    parameters: [...WRITE_PARAMETERS, ...pathParameters(scope, resource.kind)],
    body: { type, mediaTypes: ANY_BODY, required: true },
    answers: answersWith(type, [200, 201, 202]),
  };
}

function deleteCollection(documented: DocumentedResource, scope: string): Operation {
  const { resource } = documented;
  return {
    ...common(documented),
    method: 'delete',
    id: operationId('delete', resource, resource, 'Collection'),
    description: `delete collection of ${resource.kind}`,
    action: 'deletecollection',
    parameters: [...DELETE_COLLECTION_PARAMETERS, ...pathParameters(scope, resource.kind)],
    body: { type: `${META}.DeleteOptions`, mediaTypes: ANY_BODY, required: false },
    answers: answersWith(`${META}.Status`, [200]),
  };
}

function remove(documented: DocumentedResource, scope: string): Operation {
  const { resource, type } = documented;
  const answersObject = !documented.isCustom && ANSWERS_DELETED.has(resource.kind);
  return {
    ...common(documented),
    method: 'delete',
    id: operationId('delete', resource, resource),
    description: `delete ${withArticle(resource.kind)}`,
    action: 'delete',
    parameters: [...DELETE_PARAMETERS, ...pathParameters(scope, resource.kind)],
    body: { type: `${META}.DeleteOptions`, mediaTypes: ANY_BODY, required: false },
    answers: answersWith(answersObject ? type : `${META}.Status`, [200, 202]),
  };
}

/** What reads and writes of one object, or of a part of it, need to know. */
export interface WriteTarget {
  /** The path, for its parameters. */
  readonly scope: string;
  readonly type: string;
  /** What is read or written: `the specified Pod`, `status of the specified Pod`. */
  readonly of: string;
  readonly name: { readonly namespaced: boolean; readonly subresource?: string };
}

/** GET of an object or of a part of it. */
export const read = (documented: DocumentedResource, { scope, type, of, name }: WriteTarget): Operation => ({
  ...common(documented),
  method: 'get',
  id: operationId('read', documented.resource, name),
  description: `read ${of}`,
  action: 'get',
  parameters: pathParameters(scope, documented.resource.kind),
  answers: answersWith(type, [200]),
});

/** PUT of an object or of a part of it. */
export const replace = (documented: DocumentedResource, { scope, type, of, name }: WriteTarget): Operation => ({
  ...common(documented),
  method: 'put',
  id: operationId('replace', documented.resource, name),
  description: `replace ${of}`,
  action: 'put',
  parameters: [...WRITE_PARAMETERS, ...pathParameters(scope, documented.resource.kind)],
  body: { type, mediaTypes: ANY_BODY, required: true },
  answers: answersWith(type, [200, 201]),
});

/** PATCH of an object or of a part of it. */
export const patch = (documented: DocumentedResource, { scope, type, of, name }: WriteTarget): Operation => ({
  ...common(documented),
  method: 'patch',
  id: operationId('patch', documented.resource, name),
  description: `partially update ${of}`,
  action: 'patch',
  parameters: [...PATCH_PARAMETERS, ...pathParameters(scope, documented.resource.kind)],
  body: {
    type: `${META}.Patch`,
    mediaTypes: documented.isCustom
      ? PATCH_MEDIA_TYPES.filter((mediaType) => !mediaType.includes('strategic'))
      : PATCH_MEDIA_TYPES,
    required: true,
  },
  answers: answersWith(type, [200, 201]),
});

/** POST to a subresource (`binding`, `eviction`, `token`). */
export const post = (documented: DocumentedResource, { scope, type, of, name }: WriteTarget): Operation => ({
  ...common(documented),
  method: 'post',
  id: operationId('create', documented.resource, name),
  description: `create ${of}`,
  action: 'post',
  parameters: [...WRITE_PARAMETERS, ...pathParameters(scope, documented.resource.kind)],
  body: { type, mediaTypes: ANY_BODY, required: true },
  answers: answersWith(type, [200, 201, 202]),
});

const DEPRECATED = "deprecated: use the 'watch' parameter with a list operation instead";

function watchList(documented: DocumentedResource, scope: string, allNamespaces: boolean): Operation {
  const { resource } = documented;
  const namespaced = resource.namespaced && !allNamespaces;
  return {
    ...common(documented),
    method: 'get',
    id: operationId('watch', resource, { namespaced, subresource: 'List', allNamespaces }),
    description: `watch individual changes to a list of ${resource.kind}. ${DEPRECATED}.`,
    action: 'watchlist',
    parameters: [...LIST_PARAMETERS, ...pathParameters(scope, resource.kind)],
    answers: answersWith(`${META}.WatchEvent`, [200], STREAM_MEDIA_TYPES),
  };
}

function watchOne(documented: DocumentedResource, scope: string): Operation {
  const { resource } = documented;
  return {
    ...common(documented),
    method: 'get',
    id: operationId('watch', resource, resource),
    description: `watch changes to an object of kind ${resource.kind}. ${DEPRECATED}, filtered to a single item with the 'fieldSelector' parameter.`,
    action: 'watch',
    parameters: [...LIST_PARAMETERS, ...pathParameters(scope, resource.kind)],
    answers: answersWith(`${META}.WatchEvent`, [200], STREAM_MEDIA_TYPES),
  };
}
