/** From a definition to the resources that are served, one for each of its versions. */
import type { KubeObject } from '@towtank/apimachinery';
import type { ServedResource } from '../resources/catalog.ts';
import type { Resource, ResourceColumn, Subresource } from '../resources/resource.ts';
import { applyStructuralDefaults } from '../schema/structural-defaults.ts';
import type { Storage } from '../storage/storage.ts';
import { type CompiledRules, customResourceStrategy } from './custom-resource-strategy.ts';
import {
  type Definition,
  type DefinitionNames,
  type DefinitionSpec,
  type DefinitionVersion,
  deprecationWarning,
  storageVersionOf,
} from './definition/definition.ts';
import type { Removal } from './removal.ts';
import { scalePaths } from './scale.ts';
import { structuralType } from './structural-schema.ts';

/** What the served versions share. */
export interface ServingParts {
  readonly storage: Storage;
  /** The end of a version, by its name. */
  readonly removal: (version: string) => Removal;
  /** The rules of a version; undefined when it has none. */
  readonly rules: (version: DefinitionVersion) => CompiledRules | undefined;
}

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const PART_VERBS = ['get', 'patch', 'update'];
const CREATED =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';
const AGE: ResourceColumn = {
  name: 'Age',
  type: 'date',
  description: CREATED,
  jsonPath: '.metadata.creationTimestamp',
};

/** Where the objects of a definition live in storage. */
export const prefixOf = ({ group, names }: DefinitionSpec): string => `${group}/${names.plural}`;

/** Every served version of a definition. Its names are those that it was granted. */
export function servedVersions(
  { spec, metadata }: Definition,
  names: DefinitionNames,
  parts: ServingParts,
): ServedResource[] {
  const { group, versions } = spec;
  const { storage } = parts;
  const stored = storageVersionOf(spec)?.name ?? '';
  // the first schema of a definition is the one that all of its objects were written by
  const mayDiffer = versions.length > 1 || (metadata.generation ?? 1) > 1;
  return versions
    .filter(({ served }) => served)
    .map((version) => {
      const removal = parts.removal(version.name);
      const resource = resourceOf(spec, names, version);
      const openApiSchema = version.schema?.openAPIV3Schema ?? {};
      const schema = structuralType(openApiSchema, { group, version: version.name, kind: names.kind });
      const fromStored = (object: KubeObject): KubeObject => {
        const shown = structuredClone(withVersion(object, group, version.name));
        applyStructuralDefaults(shown, schema);
        return shown;
      };
      const inVersion = (object: KubeObject): KubeObject => withVersion(object, group, version.name);
      const strategy = customResourceStrategy(version, parts.rules(version), {
        inVersion,
        isEnding: () => removal.isNear,
      });
      return {
        resource,
        schema,
        store: { prefix: prefixOf(spec), resource, schema, strategy, storage, removal },
        customResource: true,
        openApiSchema,
        ...(version.subresources?.scale === undefined ? {} : { scale: scalePaths(version.subresources.scale) }),
        ...(mayDiffer ? { fromStored, toStored: (object: KubeObject) => withVersion(object, group, stored) } : {}),
      };
    });
}

/** An object under another version: versions differ in nothing else. */
const withVersion = (object: KubeObject, group: string, version: string): KubeObject =>
  object.apiVersion === `${group}/${version}` ? object : { ...object, apiVersion: `${group}/${version}` };

function resourceOf(spec: DefinitionSpec, names: DefinitionNames, version: DefinitionVersion): Resource {
  const { group, scope } = spec;
  const { plural, singular = '', kind, shortNames = [], categories = [] } = names;
  const warning = deprecationWarning(spec, version);
  const selectable = (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1));
  return {
    group,
    version: version.name,
    resource: plural,
    kind,
    ...(names.listKind === undefined ? {} : { listKind: names.listKind }),
    singular,
    namespaced: scope === 'Namespaced',
    verbs: VERBS,
    shortNames,
    categories,
    subresources: subresourcesOf(kind, version),
    columns: columnsOf(version),
    fieldSelectors: ['metadata.name', 'metadata.namespace', ...selectable],
    storageVersion: `${group}/${storageVersionOf(spec)?.name ?? version.name}`,
    ...(warning === undefined ? {} : { deprecationWarning: warning }),
    schema: '',
  };
}

function subresourcesOf(kind: string, { subresources }: DefinitionVersion): Subresource[] {
  const { status, scale } = subresources ?? {};
  const rows: Subresource[] = [];
  if (status !== undefined) rows.push({ subresource: 'status', group: '', version: '', kind, verbs: PART_VERBS });
  if (scale !== undefined)
    rows.push({ subresource: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: PART_VERBS });
  return rows;
}

const columnsOf = ({ additionalPrinterColumns = [] }: DefinitionVersion): ResourceColumn[] => [
  { name: 'Name', type: 'string', format: 'name' },
  ...(additionalPrinterColumns.length === 0 ? [AGE] : additionalPrinterColumns),
];
