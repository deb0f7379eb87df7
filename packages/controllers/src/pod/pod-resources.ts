/** What a Pod asks of a Node. */
import { parseQuantity, type Quantity } from '@towtank/apimachinery';
import type { Container, PodSpec } from './pod.ts';

/** Amounts by resource name. */
export type Resources = ReadonlyMap<string, Quantity>;

const cache = new WeakMap<PodSpec, Map<string, Resources>>();

/**
 * The requests or limits of a whole Pod: the sum of its containers and sidecars, or the largest plain init container
 * where that is more, or what the Pod itself states; overhead comes on top of requests.
 */
export function podResources(spec: PodSpec, kind: 'requests' | 'limits'): Resources {
  let known = cache.get(spec);
  if (known === undefined) {
    known = new Map();
    cache.set(spec, known);
  }
  const resources = known.get(kind) ?? compute(spec, kind);
  known.set(kind, resources);
  return resources;
}

function compute(spec: PodSpec, kind: 'requests' | 'limits'): Resources {
  const steady = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of spec.containers) addTo(steady, amountsOf(container, kind));
  for (const container of spec.initContainers ?? []) {
    const amounts = amountsOf(container, kind);
    if (container.restartPolicy === 'Always') addTo(steady, amounts);
    // A plain init container runs beside the sidecars that started before it.
    else raiseTo(peak, plus(sidecarsBefore(spec, container, kind), amounts));
  }
  raiseTo(steady, peak);
  for (const [name, quantity] of parsed(spec.resources?.[kind])) steady.set(name, quantity);
  if (kind === 'requests') addTo(steady, parsed(spec.overhead));
  return steady;
}

function sidecarsBefore(spec: PodSpec, container: Container, kind: 'requests' | 'limits'): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const other of spec.initContainers ?? []) {
    if (other === container) break;
    if (other.restartPolicy === 'Always') addTo(sum, amountsOf(other, kind));
  }
  return sum;
}

const amountsOf = ({ resources }: Container, kind: 'requests' | 'limits'): Map<string, Quantity> =>
  parsed(resources?.[kind]);

function parsed(amounts: Record<string, string> | undefined): Map<string, Quantity> {
  const result = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(amounts ?? {})) {
    const quantity = parseQuantity(text);
    if (quantity !== undefined) result.set(name, quantity);
  }
  return result;
}

function plus(a: Map<string, Quantity>, b: Resources): Map<string, Quantity> {
  addTo(a, b);
  return a;
}

function addTo(sum: Map<string, Quantity>, amounts: Resources): void {
  for (const [name, { nano, format }] of amounts) {
    const known = sum.get(name);
    sum.set(name, known === undefined ? { nano, format } : { nano: known.nano + nano, format: known.format });
  }
}

function raiseTo(most: Map<string, Quantity>, amounts: Resources): void {
  for (const [name, quantity] of amounts) if (quantity.nano > (most.get(name)?.nano ?? 0n)) most.set(name, quantity);
}
