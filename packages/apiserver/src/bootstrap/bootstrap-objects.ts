/** What a fresh cluster holds before anybody has written to it. */
import { formatGroupVersion, type KubeObject } from '@towtank/apimachinery';
import { BOOTSTRAP_ROWS } from '../data/bootstrap-rows.ts';
import { resourceTable } from '../resources/resource-table.ts';
import { deepFreeze } from '../storage/deep-freeze.ts';

/** An object and where it is stored. */
export interface BootstrapObject {
  /** Storage prefix: `namespaces`, `rbac.authorization.k8s.io/clusterroles`. */
  readonly prefix: string;
  /** Storage key: `name`, or `namespace/name`. */
  readonly key: string;
  readonly object: KubeObject;
}

let rows: readonly BootstrapObject[] | undefined;

/**
 * The objects of a fresh Kubernetes 1.36 cluster, Namespaces first. Frozen and shared by all clusters of the process:
 * whoever stores one gives a copy of its metadata uid and creationTimestamp.
 */
export function bootstrapObjects(): readonly BootstrapObject[] {
  rows ??= BOOTSTRAP_ROWS.map((row) => placed(JSON.parse(row) as KubeObject)).sort(
    (a, b) => Number(b.prefix === 'namespaces') - Number(a.prefix === 'namespaces'),
  );
  return rows;
}

let prefixes: ReadonlyMap<string, string> | undefined;

function placed(object: KubeObject): BootstrapObject {
  prefixes ??= new Map(
    resourceTable().map(({ group, version, kind, resource }) => [
      `${formatGroupVersion(group, version)}/${kind}`,
      group === '' ? resource : `${group}/${resource}`,
    ]),
  );
  const { name, namespace } = object.metadata;
  const prefix = prefixes.get(`${object.apiVersion}/${object.kind}`);
  if (prefix === undefined) throw new Error(`no resource is known for ${object.apiVersion} ${object.kind}`);
  return { prefix, key: namespace === undefined ? `${name}` : `${namespace}/${name}`, object: deepFreeze(object) };
}
