/** Which resources an API server serves, and which resource a kind belongs to. */
import { formatGroupVersion, type GroupVersionKind, type GroupVersionResource } from '@towtank/apimachinery';
import type { KubeClient } from './kube-client.ts';

/** A served resource in one version. */
export interface DiscoveredResource extends GroupVersionResource {
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Names below the resource: `status`, `scale`. */
  readonly subresources: readonly string[];
  /** Whether this is the group's version of choice for this resource: the first one that serves it. */
  readonly preferred: boolean;
}

/** Answers questions about served resources from a cached discovery. */
export interface DiscoveryMapper {
  /** The resource of a kind, after a fresh look at the server if it is not known. Undefined if it is not served. */
  resourceOf(gvk: GroupVersionKind): Promise<DiscoveredResource | undefined>;
  /** Everything that is served, in the server's order of preference. */
  resources(): Promise<readonly DiscoveredResource[]>;
  /** Asks the server anew. Concurrent calls share one question. */
  refresh(): Promise<readonly DiscoveredResource[]>;
}

/** A mapper over the discovery documents that `client` reads. */
export function discoveryMapper(client: KubeClient): DiscoveryMapper {
  let known: readonly DiscoveredResource[] | undefined;
  let asking: Promise<readonly DiscoveredResource[]> | undefined;
  const refresh = (): Promise<readonly DiscoveredResource[]> => {
    asking ??= discover(client)
      .then((found) => {
        known = found;
        return found;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  const find = ({ group, version, kind }: GroupVersionKind): DiscoveredResource | undefined =>
    known?.find((row) => row.kind === kind && row.group === group && row.version === version);
  return {
    refresh,
    resources: async () => known ?? refresh(),
    async resourceOf(gvk) {
      const found = find(gvk);
      if (found !== undefined) return found;
      await refresh();
      return find(gvk);
    },
  };
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;q=0.9,*/*;q=0.8';

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions?: readonly { readonly version: string; readonly resources?: readonly AggregatedResource[] }[];
}

interface LegacyResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface GroupVersions {
  readonly versions?: readonly (string | { readonly version: string })[];
  readonly groups?: readonly { readonly name: string; readonly versions: readonly { readonly version: string }[] }[];
}

async function discover(client: KubeClient): Promise<DiscoveredResource[]> {
  const documents = await Promise.all(['/api', '/apis'].map((path) => discoverUnder(client, path)));
  const seen = new Set<string>();
  return documents.flat().map((row) => {
    const key = `${row.group}/${row.resource}`;
    const preferred = !seen.has(key);
    seen.add(key);
    return { ...row, preferred };
  });
}

type Row = Omit<DiscoveredResource, 'preferred'>;

async function discoverUnder(client: KubeClient, path: string): Promise<Row[]> {
  const document = (await client.get(path, { accept: AGGREGATED })) as { kind?: string };
  if (document.kind === 'APIGroupDiscoveryList')
    return (document as unknown as { items: readonly AggregatedGroup[] }).items.flatMap(rowsOfGroup);
  return discoverByVersion(client, document as GroupVersions);
}

const rowsOfGroup = ({ metadata, versions = [] }: AggregatedGroup): Row[] =>
  versions.flatMap(({ version, resources = [] }) =>
    resources.map((found) => ({
      group: metadata.name ?? '',
      version,
      resource: found.resource,
      kind: found.responseKind?.kind ?? '',
      singular: found.singularResource ?? '',
      namespaced: found.scope === 'Namespaced',
      verbs: found.verbs ?? [],
      shortNames: found.shortNames ?? [],
      categories: found.categories ?? [],
      subresources: (found.subresources ?? []).map(({ subresource }) => subresource),
    })),
  );

/** Discovery of servers that do not know the aggregated form: one document for each group and version. */
async function discoverByVersion(client: KubeClient, { versions = [], groups = [] }: GroupVersions): Promise<Row[]> {
  const core = versions.map((version) => ({ group: '', version: String(version) }));
  const named = groups.flatMap(({ name, versions }) => versions.map(({ version }) => ({ group: name, version })));
  const rows = await Promise.all([...core, ...named].map((gv) => rowsOfVersion(client, gv)));
  return rows.flat();
}

async function rowsOfVersion(client: KubeClient, gv: { group: string; version: string }): Promise<Row[]> {
  const root = gv.group === '' ? '/api' : '/apis';
  const document = await client.get(`${root}/${formatGroupVersion(gv.group, gv.version)}`);
  const resources = (document as { resources?: readonly LegacyResource[] }).resources ?? [];
  const below = (name: string): string[] =>
    resources.filter((row) => row.name.startsWith(`${name}/`)).map((row) => row.name.slice(name.length + 1));
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName = '', namespaced, kind, verbs, shortNames = [], categories = [] }) => ({
      ...gv,
      resource: name,
      kind,
      singular: singularName,
      namespaced,
      verbs,
      shortNames,
      categories,
      subresources: below(name),
    }));
}
