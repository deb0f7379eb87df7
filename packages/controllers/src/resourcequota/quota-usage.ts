/** What the objects of a namespace use of a quota. Pure arithmetic. */
import { formatQuantity, type KubeObject, parseQuantity, type Quantity } from '@towtank/apimachinery';
import { isPodTerminal, type Pod } from '../pod/pod.ts';
import { podResources } from '../pod/pod-resources.ts';

/** A resource whose objects count towards a quota. */
export interface CountedResource {
  readonly group: string;
  readonly resource: string;
}

/** `spec` of a ResourceQuota. */
export interface QuotaSpec {
  hard?: Record<string, string>;
  scopes?: string[];
  scopeSelector?: { matchExpressions?: { scopeName: string; operator: string; values?: string[] }[] };
}

const CORE: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
]);
const COMPUTE = /^(cpu|memory|ephemeral-storage|requests\.|limits\.)/;
const STORAGE_CLASS = /^(.+)\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims)$/;

/** The resource that decides how much of a quota's line is used; undefined for lines that nothing is counted for. */
export function resourceOf(line: string): CountedResource | undefined {
  if (line.startsWith('count/')) {
    const [resource = '', ...group] = line.slice('count/'.length).split('.');
    return { group: group.join('.'), resource };
  }
  if (CORE.has(line)) return { group: '', resource: line };
  if (line.startsWith('services.')) return { group: '', resource: 'services' };
  if (line === 'requests.storage' || STORAGE_CLASS.test(line)) return { group: '', resource: 'persistentvolumeclaims' };
  if (COMPUTE.test(line)) return { group: '', resource: 'pods' };
  return undefined;
}

/** How much of a line these objects of its resource use. */
export function usageOf(line: string, spec: QuotaSpec, objects: readonly KubeObject[]): string {
  const resource = resourceOf(line)?.resource;
  if (resource === 'pods') return podUsage(line, podsInScope(spec, objects as readonly Pod[]));
  if (line === 'services.loadbalancers')
    return count(objects.filter((service) => service.spec?.type === 'LoadBalancer'));
  if (line === 'services.nodeports') return sum(objects.map(nodePortsOf).map(String));
  if (resource === 'persistentvolumeclaims') return claimUsage(line, objects);
  return count(objects);
}

function podUsage(line: string, pods: readonly Pod[]): string {
  if (line === 'pods') return count(pods.filter((pod) => !isPodTerminal(pod)));
  if (line === 'count/pods') return count(pods);
  const [kind, name] = line.startsWith('limits.')
    ? (['limits', line.slice('limits.'.length)] as const)
    : (['requests', line.replace(/^requests\./, '')] as const);
  const amounts = pods.filter((pod) => !isPodTerminal(pod)).map(({ spec }) => podResources(spec, kind).get(name));
  return total(amounts.filter((amount) => amount !== undefined));
}

function claimUsage(line: string, claims: readonly KubeObject[]): string {
  const [, className, what] = STORAGE_CLASS.exec(line) ?? [];
  const counted =
    className === undefined ? claims : claims.filter((claim) => claim.spec?.storageClassName === className);
  if (line.startsWith('count/') || (what ?? line) === 'persistentvolumeclaims') return count(counted);
  return sum(counted.map((claim) => claim.spec?.resources?.requests?.storage ?? '0'));
}

function podsInScope({ scopes = [], scopeSelector }: QuotaSpec, pods: readonly Pod[]): readonly Pod[] {
  const rules = [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  return pods.filter((pod) => rules.every((rule) => isInScope(pod, rule)));
}

function isInScope(
  { spec }: Pod,
  { scopeName, operator, values = [] }: { scopeName: string; operator: string; values?: string[] },
): boolean {
  switch (scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(spec);
    case 'NotBestEffort':
      return !isBestEffort(spec);
    case 'PriorityClass': {
      const name: string | undefined = spec.priorityClassName || undefined;
      if (operator === 'Exists') return name !== undefined;
      if (operator === 'DoesNotExist') return name === undefined;
      return values.includes(name ?? '') === (operator === 'In');
    }
    default:
      return false;
  }
}

const isBestEffort = ({ containers, initContainers = [] }: Pod['spec']): boolean =>
  [...containers, ...initContainers].every(
    ({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length === 0,
  );

function nodePortsOf({ spec }: KubeObject): number {
  if (spec?.type !== 'NodePort' && spec?.type !== 'LoadBalancer') return 0;
  if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false)
    return (spec.ports ?? []).filter((port: { nodePort?: number }) => port.nodePort).length;
  return (spec.ports ?? []).length;
}

const count = (objects: readonly unknown[]): string => String(objects.length);

const sum = (texts: readonly string[]): string =>
  total(texts.map(parseQuantity).filter((quantity) => quantity !== undefined));

/** The sum, written as its first part is. */
function total(quantities: readonly Quantity[]): string {
  const counted = quantities.filter(({ nano }) => nano !== 0n);
  const nano = counted.reduce((all, quantity) => all + quantity.nano, 0n);
  return formatQuantity({ nano, format: counted[0]?.format ?? 'DecimalSI' });
}
