/** What a cluster serves that can be listed and watched. */
import type { UpstreamReader } from './upstream-reader.ts';

/** A resource to be recorded. */
export interface SnapshotResource {
  /** Group, version and plural: `apps/v1/deployments`, `v1/pods`. */
  readonly name: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Path of its group and version. */
  readonly base: string;
}

/** Resources that change all the time and mean nothing later. They are recorded only when named. */
const RESTLESS = new Set(['events', 'leases', 'componentstatuses']);

interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** The wanted resources, named as kubectl names them (`pods`, `deployments.apps`); without names all but restless ones. */
export async function discoverResources(
  reader: UpstreamReader,
  wanted: readonly string[] = [],
): Promise<SnapshotResource[]> {
  const { groups } = (await reader.json('/apis')) as {
    groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  };
  const bases = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    bases.map(async (base) => ({ base, list: (await reader.json(base)) as ResourceList })),
  );
  const found = lists.flatMap(({ base, list }) => resourcesOf(base, list));
  const names = new Set(wanted);
  for (const name of names)
    if (!found.some((resource) => isNamed(resource, name)))
      throw new Error(`the cluster serves no resource "${name}" that can be watched`);
  return found.filter((resource) =>
    names.size === 0 ? !RESTLESS.has(resource.plural) : [...names].some((name) => isNamed(resource, name)),
  );
}

const resourcesOf = (base: string, { groupVersion, resources }: ResourceList): SnapshotResource[] =>
  resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('watch'))
    .map(({ name, kind, namespaced }) => ({ name: `${groupVersion}/${name}`, plural: name, kind, namespaced, base }));

function isNamed({ name, plural }: SnapshotResource, wanted: string): boolean {
  const group = name.split('/').length === 3 ? name.split('/')[0] : '';
  return wanted === plural || wanted === `${plural}.${group}` || wanted === name;
}
