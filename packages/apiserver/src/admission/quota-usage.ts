/** What one object uses of a namespace's quotas. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';
import { podAmounts } from './pod-resources.ts';
import type { PodSpec } from './pod-spec.ts';
import { type Amount, type Amounts, amountOf, amountsOf } from './resource-amounts.ts';

/** Resources that quotas also count by their bare name. */
const COUNTED_BY_NAME = new Set([
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
  'services',
  'persistentvolumeclaims',
]);

/** The lines of a quota that an object of this resource touches, with the amount of each. */
export function usageOf({ group, resource }: Pick<Resource, 'group' | 'resource'>, object: KubeObject): Amounts {
  const usage = new Map<string, Amount>([[`count/${group === '' ? resource : `${resource}.${group}`}`, amountOf(1)]]);
  if (group !== '') return usage;
  if (COUNTED_BY_NAME.has(resource)) usage.set(resource, amountOf(1));
  const more =
    resource === 'pods'
      ? podUsage(object)
      : resource === 'services'
        ? serviceUsage(object)
        : resource === 'persistentvolumeclaims'
          ? claimUsage(object)
          : [];
  return new Map([...usage, ...more]);
}

/** A pod that has ended uses no resources any more. */
function podUsage({ spec, status }: KubeObject): [string, Amount][] {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
  const requests = [...podAmounts((spec ?? {}) as PodSpec, 'requests')];
  const limits = [...podAmounts((spec ?? {}) as PodSpec, 'limits')];
  return [
    ['pods', amountOf(1)],
    ...requests.map(([name, amount]): [string, Amount] => [`requests.${name}`, amount]),
    ...requests.filter(([name]) => isPlain(name)),
    ...limits.map(([name, amount]): [string, Amount] => [`limits.${name}`, amount]),
  ];
}

/** Resources that a quota may name without `requests.`. */
const isPlain = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-');

function serviceUsage({ spec }: KubeObject): [string, Amount][] {
  const ports: readonly { nodePort?: number }[] = spec?.ports ?? [];
  const isBalanced = spec?.type === 'LoadBalancer';
  const allocates = spec?.type === 'NodePort' || (isBalanced && spec.allocateLoadBalancerNodePorts !== false);
  const nodePorts = allocates ? ports.length : isBalanced ? ports.filter(({ nodePort }) => nodePort).length : 0;
  return [
    ...(nodePorts > 0 ? [['services.nodeports', amountOf(nodePorts)] as [string, Amount]] : []),
    ...(isBalanced ? [['services.loadbalancers', amountOf(1)] as [string, Amount]] : []),
  ];
}

function claimUsage({ spec, metadata }: KubeObject): [string, Amount][] {
  const asked = amountsOf(spec?.resources?.requests).get('storage');
  const className: string =
    metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
  const prefix = `${className}.storageclass.storage.k8s.io`;
  const lines: [string, Amount][] = className === '' ? [] : [[`${prefix}/persistentvolumeclaims`, amountOf(1)]];
  if (asked === undefined) return lines;
  lines.push(['requests.storage', asked]);
  if (className !== '') lines.push([`${prefix}/requests.storage`, asked]);
  return lines;
}
