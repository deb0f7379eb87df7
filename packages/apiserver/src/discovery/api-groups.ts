/** Resources by group and version, in the order in which discovery lists them. */
import { formatGroupVersion } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';
import { resourceTable } from '../resources/resource-table.ts';
import { compareKubeVersions } from './kube-version.ts';

/** A version of a group with its resources. */
export interface ApiVersion {
  readonly version: string;
  /** `v1`, or `apps/v1`. */
  readonly groupVersion: string;
  readonly resources: readonly Resource[];
}

/** A group with its versions, the preferred one first. */
export interface ApiGroup {
  /** Empty for the core group. */
  readonly name: string;
  readonly isBuiltIn: boolean;
  readonly versions: readonly ApiVersion[];
}

const groupsByRows = new WeakMap<readonly Resource[], readonly ApiGroup[]>();

/**
 * Groups resources. Built-in groups come in their fixed order of priority, groups of custom resources after them by
 * name; versions of the latter by stability. The result is remembered for the array that it was made from.
 */
export function groupsOf(resources: readonly Resource[]): readonly ApiGroup[] {
  let groups = groupsByRows.get(resources);
  if (groups === undefined) {
    groups = group(resources);
    groupsByRows.set(resources, groups);
  }
  return groups;
}

let builtInRanks: ReadonlyMap<string, number> | undefined;

/** The place of each built-in group. */
function ranks(): ReadonlyMap<string, number> {
  builtInRanks ??= new Map([...new Set(resourceTable().map(({ group }) => group))].map((name, rank) => [name, rank]));
  return builtInRanks;
}

/** Whether a group is Kubernetes' own; the core group is. */
export const isBuiltInGroup = (name: string): boolean => ranks().has(name);

function group(resources: readonly Resource[]): readonly ApiGroup[] {
  const byGroup = new Map<string, Map<string, Resource[]>>();
  for (const resource of resources) {
    const versions = byGroup.get(resource.group) ?? new Map<string, Resource[]>();
    byGroup.set(resource.group, versions);
    const rows = versions.get(resource.version);
    if (rows === undefined) versions.set(resource.version, [resource]);
    else rows.push(resource);
  }
  return [...byGroup].map(([name, versions]) => toGroup(name, versions)).sort(compareGroups);
}

function toGroup(name: string, versions: ReadonlyMap<string, readonly Resource[]>): ApiGroup {
  const isBuiltIn = isBuiltInGroup(name);
  const entries = [...versions].map(([version, resources]) => ({
    version,
    groupVersion: formatGroupVersion(name, version),
    resources,
  }));
  if (!isBuiltIn) entries.sort((a, b) => compareKubeVersions(a.version, b.version));
  return { name, isBuiltIn, versions: entries };
}

function compareGroups(a: ApiGroup, b: ApiGroup): number {
  const difference = rankOf(a) - rankOf(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return a.name < b.name ? -1 : 1;
}

const rankOf = ({ name }: ApiGroup): number => ranks().get(name) ?? Number.MAX_SAFE_INTEGER;
