/** Values that a Pod knows of itself: the downward API. */
import { parseQuantity } from '@towtank/apimachinery';
import type { Container, Pod } from './pod.ts';

/** What the kubelet knows beside the Pod's own object. */
export interface Whereabouts {
  readonly podIP: string;
  /** One of each family, the primary one first. */
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  /** Amounts by resource that a container without limits may use: what the node has. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a `fieldRef`; undefined for a path that there is not. */
export function fieldValue(path: string, { metadata, spec }: Pod, where: Whereabouts): string | undefined {
  const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, map, key = ''] = subscript;
    return (map === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return where.hostIP;
    case 'status.podIP':
      return where.podIP;
    case 'status.podIPs':
      return where.podIPs.join();
    default:
      return undefined;
  }
}

/** The value of a `resourceFieldRef`: in units of the divisor, rounded up. Without a limit it is the node's. */
export function resourceValue(
  { resource, divisor }: { readonly resource: string; readonly divisor?: string },
  { resources }: Container,
  { allocatable }: Whereabouts,
): string {
  const [kind = '', ...rest] = resource.split('.');
  const name = rest.join('.');
  const text = kind === 'limits' ? (resources?.limits?.[name] ?? allocatable[name]) : resources?.requests?.[name];
  const nano = parseQuantity(text ?? '0')?.nano ?? 0n;
  const by = parseQuantity(divisor ?? '1')?.nano || 1_000_000_000n;
  return String((nano + by - 1n) / by);
}

const formatMap = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
