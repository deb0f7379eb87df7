/** What a pod asks for as a whole. */
import type { Container, PodSpec, ResourceRequirements } from './pod-spec.ts';
import { type Amounts, addAmounts, amountsOf, maxAmounts } from './resource-amounts.ts';

/**
 * The requests or limits of a pod: what it states itself, else the sum over its containers, or what its most demanding
 * moment of initialisation needs where that is more; and its overhead.
 */
export function podAmounts(spec: PodSpec, kind: keyof ResourceRequirements): Amounts {
  const of = ({ resources }: Container): Amounts => amountsOf(resources?.[kind]);
  let sidecars: Amounts = new Map();
  let peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    if (isSidecar) sidecars = addAmounts(sidecars, of(container));
    peak = maxAmounts(peak, isSidecar ? sidecars : addAmounts(sidecars, of(container)));
  }
  const steady = addAmounts(sidecars, ...(spec.containers ?? []).map(of));
  const total = new Map([...maxAmounts(steady, peak), ...amountsOf(spec.resources?.[kind])]);
  const overhead = [...amountsOf(spec.overhead)].filter(([name]) => kind === 'requests' || total.has(name));
  return addAmounts(total, new Map(overhead));
}
