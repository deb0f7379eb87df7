/** What the OpenAPI documents of one group version are made from. */
import { isBuiltInGroup } from '../discovery/api-groups.ts';
import type { Resource } from '../resources/resource.ts';
import { type Schema, schemaNamed } from '../schema/schema-table.ts';
import type { Answer, ApiPath } from './operation.ts';
import { groupVersionWord, tagOf } from './operation-names.ts';
import { answersWith, type DocumentedResource, resourcePaths, rootOf } from './resource-operations.ts';
import { type SchemaObject, schemaV3 } from './schema-object.ts';
import { subresourcePaths } from './subresource-operations.ts';
import type { TypeLookup } from './type-closure.ts';

/** A resource with the type of its objects; built-in ones find theirs in the schema table. */
export interface TypedResource {
  readonly resource: Resource;
  readonly schema?: Schema;
  /** The schema that a custom resource was defined with: more than its type says, descriptions and patterns above all. */
  readonly openApiSchema?: SchemaObject;
}

/** Paths and types of one group version. */
export interface DocumentedGroup {
  readonly paths: readonly ApiPath[];
  readonly lookup: TypeLookup;
  /** Types that are written as they were given. */
  readonly given?: ReadonlyMap<string, SchemaObject>;
  readonly isCustom: boolean;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Types that every group version has a kind of: documents list their own one only. */
const SHARED_TYPES: ReadonlySet<string> = new Set([`${META}.DeleteOptions`, `${META}.WatchEvent`]);

/** `com.example.shop.v1.Widget`: the domain backwards, as built-in types are named. */
const customTypeName = ({ group, version, kind }: Resource): string =>
  `${group.split('.').reverse().join('.')}.${version}.${kind}`;

/** Describes a group version. All rows are of this group version. */
export function documentGroup(group: string, version: string, rows: readonly TypedResource[]): DocumentedGroup {
  const isCustom = !isBuiltInGroup(group);
  const custom = new Map<string, Schema>();
  const given = new Map<string, SchemaObject>();
  const paths = [resourceListPath(group, version)];
  for (const { resource, schema, openApiSchema } of rows) {
    const type = isCustom ? customTypeName(resource) : resource.schema;
    if (isCustom) addCustomTypes(custom, type, resource, schema ?? {});
    if (isCustom && openApiSchema !== undefined) given.set(type, withTypeMeta(openApiSchema, custom.get(type) ?? {}));
    const documented: DocumentedResource = { resource, isCustom, type };
    paths.push(...resourcePaths(documented));
    for (const subresource of resource.subresources)
      paths.push(...subresourcePaths(documented, subresource, typeOfKind));
  }
  paths.sort((a, b) => (a.path < b.path ? -1 : 1));
  const lookup: TypeLookup = (name) => custom.get(name) ?? ownKinds(name, group, version);
  return { paths, lookup, given, isCustom };
}

function ownKinds(name: string, group: string, version: string): Schema | undefined {
  const schema = schemaNamed(name);
  if (schema?.gvk === undefined || !SHARED_TYPES.has(name)) return schema;
  return { ...schema, gvk: schema.gvk.filter((gvk) => gvk.group === group && gvk.version === version) };
}

/** Kinds of subresources live in packages that are called like their group. */
const typeOfKind = (group: string, version: string, kind: string): string =>
  `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;

function addCustomTypes(types: Map<string, Schema>, name: string, resource: Resource, schema: Schema): void {
  const { group, version, kind } = resource;
  const text: Schema = { type: 'string' };
  const meta: Schema = { ref: `${META}.ObjectMeta` };
  types.set(name, {
    type: 'object',
    ...schema,
    properties: { ...schema.properties, apiVersion: text, kind: text, metadata: meta },
    gvk: [{ group, version, kind }],
  });
  types.set(`${name}List`, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: text,
      items: { type: 'array', items: { ref: name } },
      kind: text,
      metadata: { ref: `${META}.ListMeta` },
    },
    gvk: [{ group, version, kind: `${kind}List` }],
  });
}

/** A given schema with the fields that every object has, which definitions leave out. */
function withTypeMeta(given: SchemaObject, type: Schema): SchemaObject {
  const { properties: own = {} } = schemaV3({ ...type, properties: pickMeta(type) });
  return {
    ...given,
    properties: { ...(given.properties as object | undefined), ...(own as object) },
    'x-kubernetes-group-version-kind': type.gvk,
  };
}

const pickMeta = ({ properties }: Schema): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(properties ?? {}).filter(([name]) => META_FIELDS.has(name)));

const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function resourceListPath(group: string, version: string): ApiPath {
  return documentPath(
    `${rootOf({ group, version })}/`,
    `get${groupVersionWord(group, version)}APIResources`,
    tagOf(group, version),
    'get available resources',
    answersWith(`${META}.APIResourceList`, [200]),
  );
}

/** A path that answers one document about the API itself. */
export const documentPath = (
  path: string,
  id: string,
  tag: string,
  description: string,
  answers: readonly Answer[],
): ApiPath => ({ path, operations: [{ method: 'get', id, description, tag, parameters: [], answers }] });
