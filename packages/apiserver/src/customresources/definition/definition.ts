/** A CustomResourceDefinition, as it is stored: decoded and defaulted. */
import type { KubeObject } from '@towtank/apimachinery';
import { compareKubeVersions } from '../../discovery/kube-version.ts';
import type { JsonSchema } from '../json-schema.ts';

/** Where a definition's objects live in storage. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** Names of a custom resource. */
export interface DefinitionNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** A column of a table. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** Where the scale subresource finds its numbers. */
export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** One version of a custom resource. */
export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScaleSubresource };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** `spec` of a definition. */
export interface DefinitionSpec {
  readonly group: string;
  readonly names: DefinitionNames;
  readonly scope: string;
  /** Null where none was given, which is never stored. */
  readonly versions: readonly DefinitionVersion[];
  readonly conversion?: { readonly strategy: string; readonly webhook?: object };
  readonly preserveUnknownFields?: boolean;
}

/** What is known of one aspect of a definition. */
export interface DefinitionCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** A definition. */
export interface Definition extends KubeObject {
  spec: DefinitionSpec;
  status?: {
    conditions?: DefinitionCondition[] | null;
    acceptedNames?: DefinitionNames;
    storedVersions?: string[];
  };
}

/** The condition of a type; undefined when nothing is known of it. */
export const conditionOf = ({ status }: Definition, type: string): DefinitionCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Whether a condition is known to hold. */
export const isTrue = (definition: Definition, type: string): boolean =>
  conditionOf(definition, type)?.status === 'True';

/** The version that objects are stored in. */
export const storageVersionOf = ({ versions }: DefinitionSpec): DefinitionVersion | undefined =>
  versions?.find(({ storage }) => storage);

/** What is said of a version that is on its way out; undefined for others. */
export function deprecationWarning(spec: DefinitionSpec, version: DefinitionVersion): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const { group, names, versions } = spec;
  const [newer] = versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareKubeVersions(name, version.name) < 0)
    .map(({ name }) => name)
    .sort(compareKubeVersions);
  const instead = newer === undefined ? '' : `; use ${group}/${newer} ${names.kind}`;
  return `${group}/${version.name} ${names.kind} is deprecated${instead}`;
}
