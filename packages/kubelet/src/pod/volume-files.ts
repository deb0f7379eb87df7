/** Files that volumes put into a container: ConfigMaps, Secrets and the downward API. */
import type { ConfigData, ConfigKind } from './config-source.ts';
import { ConfigError } from './environment.ts';
import { fieldValue, resourceValue, type Whereabouts } from './field-value.ts';
import type { Container, Pod } from './pod.ts';

interface Item {
  key: string;
  path: string;
}

interface DownwardItem {
  path: string;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { resource: string; containerName?: string; divisor?: string };
}

/** What files are made from. */
export interface VolumeFilesOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly where: Whereabouts;
  readonly read: (kind: ConfigKind, name: string) => Promise<ConfigData | undefined>;
}

type Files = Map<string, Uint8Array>;

/**
 * Every file that the container sees, by absolute path, as of its start. Volumes of other kinds are empty. Rejects with
 * {@link ConfigError} where a source that is not optional is missing.
 */
export async function volumeFiles(options: VolumeFilesOptions): Promise<ReadonlyMap<string, Uint8Array>> {
  const { pod, container } = options;
  const files: Files = new Map();
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    if (volume === undefined) continue;
    for (const [path, data] of await filesOf(volume, options)) {
      if (subPath === undefined) files.set(`${mountPath.replace(/\/$/, '')}/${path}`, data);
      else if (path === subPath) files.set(mountPath, data);
      else if (path.startsWith(`${subPath}/`)) files.set(`${mountPath}${path.slice(subPath.length)}`, data);
    }
  }
  return files;
}

async function filesOf(
  // biome-ignore lint/suspicious/noExplicitAny: the many sources that a volume may have
  volume: Readonly<Record<string, any>>,
  options: VolumeFilesOptions,
): Promise<Files> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return fromConfig('configmap', configMap.name ?? '', configMap, options);
  if (secret) return fromConfig('secret', secret.secretName ?? secret.name ?? '', secret, options);
  if (downwardAPI) return fromDownward(downwardAPI.items ?? [], options);
  const files: Files = new Map();
  for (const source of projected?.sources ?? [])
    for (const [path, data] of await filesOf(source, options)) files.set(path, data);
  return files;
}

async function fromConfig(
  kind: ConfigKind,
  name: string,
  { items, optional }: { readonly items?: readonly Item[]; readonly optional?: boolean },
  { read }: VolumeFilesOptions,
): Promise<Files> {
  const data = await read(kind, name);
  if (data === undefined) {
    // Every Pod mounts its namespace's root certificate, which a bare API server does not publish.
    if (optional || name === 'kube-root-ca.crt') return new Map();
    throw new ConfigError(`MountVolume.SetUp failed: ${kind} "${name}" not found`);
  }
  const chosen = items ?? Object.keys(data).map((key): Item => ({ key, path: key }));
  const files: Files = new Map();
  for (const { key, path } of chosen) {
    const value = data[key];
    if (value !== undefined) files.set(path, value);
    else if (!optional) throw new ConfigError(`MountVolume.SetUp failed: references non-existent ${kind} key: ${key}`);
  }
  return files;
}

function fromDownward(items: readonly DownwardItem[], { pod, container, where }: VolumeFilesOptions): Files {
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef }) => {
      const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
      const named = all.find(({ name }) => name === resourceFieldRef?.containerName) ?? container;
      const value =
        resourceFieldRef === undefined
          ? (fieldValue(fieldRef?.fieldPath ?? '', pod, where) ?? '')
          : resourceValue(resourceFieldRef, named, where);
      return [path, Buffer.from(value)];
    }),
  );
}
