/** Which Pods a Service may publish, and which Services a change of a Pod concerns. */
import { matchesMap, objectKey } from '@towtank/apimachinery';
import type { Informer } from '@towtank/client';
import { isPodReady, isPodTerminal, type Pod } from '../pod/pod.ts';
import { semanticEqual } from '../pod/template-hash.ts';
import { managedSelector, type Service } from './service.ts';

/** Whether a selector of a Service selects the Pod. */
export function selects(selector: Readonly<Record<string, string>>, { metadata: { labels } }: Pod): boolean {
  for (const key in selector) if (labels?.[key] !== selector[key]) return false;
  return true;
}

/** Whether a selected Pod may be published at all: it has an address and has not run to its end. */
export function isPublishable(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod) || addressesOf(pod).length === 0) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The Pod's addresses, the primary one first. */
export function addressesOf({ status }: Pod): readonly { readonly ip: string }[] {
  if (status?.podIPs !== undefined && status.podIPs.length > 0) return status.podIPs;
  return status?.podIP ? [{ ip: status.podIP }] : [];
}

/** The host name that a Pod asks for inside this Service; undefined when it asks for none. */
export function hostnameWithin(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** Keys of the Services that select a Pod. */
export const servicesOf = (services: Informer<Service>, pod: Pod): string[] =>
  services
    .inNamespace(pod.metadata.namespace ?? '')
    .filter((service) => {
      const selector = managedSelector(service);
      return selector !== undefined && matchesMap(selector, pod.metadata.labels);
    })
    .map(objectKey);

/**
 * Keys of the Services that a changed Pod concerns. A change of phase alone concerns none: a Pod that fails without
 * losing its Ready condition stays published until something else happens, as in Kubernetes. Where only the labels
 * have changed, Services that select both states are left alone.
 */
export function servicesToUpdate(services: Informer<Service>, old: Pod, pod: Pod): string[] {
  const podChanged = endpointChanged(old, pod);
  const membershipChanged =
    !semanticEqual(old.metadata.labels, pod.metadata.labels) ||
    old.spec.hostname !== pod.spec.hostname ||
    old.spec.subdomain !== pod.spec.subdomain;
  if (!membershipChanged) return podChanged ? servicesOf(services, pod) : [];
  const before = new Set(servicesOf(services, old));
  const after = new Set(servicesOf(services, pod));
  const all = [...new Set([...before, ...after])];
  return podChanged ? all : all.filter((key) => before.has(key) !== after.has(key));
}

function endpointChanged(old: Pod, pod: Pod): boolean {
  // Every change of a terminating Pod counts: Kubernetes compares its deletion timestamps by identity.
  if (old.metadata.deletionTimestamp !== undefined || pod.metadata.deletionTimestamp !== undefined) return true;
  if (isPodReady(old) !== isPodReady(pod)) return true;
  const [before, after] = [addressesOf(old), addressesOf(pod)];
  return before.length !== after.length || before.some(({ ip }, at) => ip !== after[at]?.ip);
}
