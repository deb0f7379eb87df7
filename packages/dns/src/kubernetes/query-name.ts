/** Takes a queried name apart: which Service, endpoint, port or pod it asks for. */
import { labelsOf } from '../codec/domain-name.ts';

/** What a name inside the zone asks for; parts that it does not have are empty. All in lower case. */
export interface QueryName {
  /** `node`: a name that exists only because others are below it, such as the zone itself. */
  readonly kind: 'node' | 'svc' | 'pod';
  readonly namespace: string;
  /** The Service, or the label that stands for a pod. */
  readonly name: string;
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

const NODE: QueryName = { kind: 'node', namespace: '', name: '', endpoint: '', port: '', protocol: '' };

/**
 * Parses a name in or at the zone, both in lower case. Undefined for a name that no cluster has: it is neither below
 * `svc` nor below `pod`, or it has more labels than `_port._protocol.service.namespace.svc`.
 */
export function parseQueryName(name: string, zone: string): QueryName | undefined {
  const base = name === zone ? '' : name.slice(0, name.length - zone.length - 1);
  if (base === '' || base === 'svc' || base === 'pod') return NODE;
  const labels = labelsOf(base).reverse();
  const [kind, namespace = '', service = '', first = '', second] = labels;
  if ((kind !== 'svc' && kind !== 'pod') || labels.length > 5) return undefined;
  const parsed = { ...NODE, kind, namespace, name: service } as const;
  if (second === undefined) return { ...parsed, endpoint: first };
  return { ...parsed, protocol: withoutUnderscore(first), port: withoutUnderscore(second) };
}

const withoutUnderscore = (label: string): string => (label.startsWith('_') ? label.slice(1) : label);
