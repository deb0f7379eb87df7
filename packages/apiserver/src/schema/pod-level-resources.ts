/** Defaults of `spec.resources` of a pod, from the resources of its containers. */
import { formatQuantity, parseQuantity } from '@towtank/apimachinery';

type Resources = Record<string, string>;

interface ContainerResources {
  readonly restartPolicy?: string;
  readonly resources?: { readonly limits?: Resources; readonly requests?: Resources };
}

interface PodResources {
  readonly containers?: readonly ContainerResources[] | null;
  readonly initContainers?: readonly ContainerResources[];
  resources?: { limits?: Resources; requests?: Resources };
}

const isSupported = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
const isHugePage = (name: string): boolean => name.startsWith('hugepages-');

/** Changes a pod's spec in place; does nothing when the pod states no resources of its own. */
export function setPodLevelResources(spec: PodResources): void {
  const { resources } = spec;
  if (resources === undefined) return;
  const hasLimits = Object.keys(resources.limits ?? {}).length > 0;
  const hasRequests = Object.keys(resources.requests ?? {}).length > 0;
  if (!hasLimits && !hasRequests) return;
  const limits = totalOf(spec, 'limits');
  const hugePages = pick(limits, (name) => isHugePage(name) && resources.requests?.[name] === undefined);
  fill(resources, 'limits', hugePages);
  if (hasLimits) {
    fill(
      resources,
      'requests',
      pick(totalOf(spec, 'requests'), (name) => isSupported(name) && !isHugePage(name)),
    );
    fill(resources, 'requests', pick(resources.limits ?? {}, isSupported));
  }
}

const pick = (resources: Resources, wanted: (name: string) => boolean): Resources =>
  Object.fromEntries(Object.entries(resources).filter(([name]) => wanted(name)));

function fill(resources: NonNullable<PodResources['resources']>, field: 'limits' | 'requests', more: Resources): void {
  if (Object.keys(more).length > 0) resources[field] = { ...more, ...resources[field] };
}

/** What the containers need together: their sum with the sidecars, or more where an init container needs more. */
function totalOf({ containers, initContainers = [] }: PodResources, field: 'limits' | 'requests'): Resources {
  const sum = new Map<string, bigint>();
  const peak = new Map<string, bigint>();
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { resources } of [...(containers ?? []), ...sidecars])
    for (const [name, text] of Object.entries(resources?.[field] ?? {})) add(sum, name, nanoOf(text));
  for (const { resources, restartPolicy } of initContainers)
    for (const [name, text] of Object.entries(restartPolicy === 'Always' ? {} : (resources?.[field] ?? {})))
      if (nanoOf(text) > (peak.get(name) ?? 0n)) peak.set(name, nanoOf(text));
  for (const [name, nano] of peak) if (nano > (sum.get(name) ?? 0n)) sum.set(name, nano);
  return Object.fromEntries([...sum].map(([name, nano]) => [name, format(name, nano)]));
}

const nanoOf = (text: string): bigint => parseQuantity(text)?.nano ?? 0n;
const add = (sums: Map<string, bigint>, name: string, nano: bigint): void => {
  sums.set(name, (sums.get(name) ?? 0n) + nano);
};
const format = (name: string, nano: bigint): string =>
  formatQuantity({ nano, format: name === 'cpu' ? 'DecimalSI' : 'BinarySI' });
