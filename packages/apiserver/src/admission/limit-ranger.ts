/** LimitRanges: default requests and limits of containers, and bounds of what pods and claims may ask for. */
import { formatQuantity, type KubeObject } from '@towtank/apimachinery';
import { aggregate } from '../authorization/rbac-authorizer.ts';
import type { ObjectReader } from '../storage/object-reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { isAbout, refusal } from './admission-refusal.ts';
import { type LimitRangeItem, limitErrors } from './limit-range-bounds.ts';
import { podAmounts } from './pod-resources.ts';
import { type Container, containersOf, type PodSpec, type ResourceList } from './pod-spec.ts';
import { type Amounts, amountsOf } from './resource-amounts.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Applies the LimitRanges of a namespace. */
export const limitRanger = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'LimitRanger',
  admit(attributes) {
    if (attributes.object === undefined || !isNew(attributes, 'pods')) return;
    for (const range of rangesOf(reader, attributes)) applyDefaults(attributes.object, itemsOf(range));
  },
  validate(attributes) {
    if (attributes.object === undefined || !isLimited(attributes)) return;
    for (const range of rangesOf(reader, attributes)) {
      const errors = itemsOf(range).flatMap((item) => errorsOf(attributes.object as KubeObject, item, attributes));
      if (errors.length > 0) throw refusal(attributes, aggregate(errors));
    }
  },
});

const isNew = (attributes: AdmissionAttributes, resource: string): boolean =>
  attributes.operation === 'CREATE' && isAbout(attributes, resource);

/** The resources of a pod do not change once it is there, those of a claim do. */
const isLimited = (attributes: AdmissionAttributes): boolean =>
  isNew(attributes, 'pods') ||
  ((attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') &&
    isAbout(attributes, 'persistentvolumeclaims') &&
    attributes.oldObject?.metadata.deletionTimestamp === undefined);

const rangesOf = (reader: ObjectReader, { namespace }: AdmissionAttributes): readonly KubeObject[] =>
  reader.list('limitranges', namespace);

const itemsOf = ({ spec }: KubeObject): readonly LimitRangeItem[] => spec?.limits ?? [];

function applyDefaults(pod: KubeObject, items: readonly LimitRangeItem[]): void {
  const spec = (pod.spec ?? {}) as PodSpec;
  const containers = items.filter(({ type }) => type === 'Container');
  const limits: ResourceList = Object.assign({}, ...containers.map((item) => item.default));
  const requests: ResourceList = Object.assign({}, ...containers.map((item) => item.defaultRequest));
  const notes = [
    ...(spec.containers ?? []).flatMap((container) => fill(container, 'container', requests, limits)),
    ...(spec.initContainers ?? []).flatMap((container) => fill(container, 'init container', requests, limits)),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
  };
}

/** Fills in what a container leaves out, and tells what that was. */
function fill(container: Container, kind: string, requests: ResourceList, limits: ResourceList): string[] {
  const given = container.resources ?? {};
  const missingRequests = missing(given.requests, requests);
  const missingLimits = missing(given.limits, limits);
  if (missingRequests.length > 0) container.resources = { ...given, requests: { ...requests, ...given.requests } };
  if (missingLimits.length > 0)
    container.resources = { ...container.resources, limits: { ...limits, ...given.limits } };
  return [
    ...(missingRequests.length > 0 ? [`${missingRequests.join(', ')} request for ${kind} ${container.name}`] : []),
    ...(missingLimits.length > 0 ? [`${missingLimits.join(', ')} limit for ${kind} ${container.name}`] : []),
  ];
}

const missing = (given: ResourceList | undefined, defaults: ResourceList): string[] =>
  Object.keys(defaults)
    .filter((name) => given?.[name] === undefined)
    .sort();

function errorsOf({ spec = {} }: KubeObject, item: LimitRangeItem, { resource }: AdmissionAttributes): string[] {
  const isClaim = resource.resource === 'persistentvolumeclaims';
  if (isClaim !== (item.type === 'PersistentVolumeClaim')) return [];
  if (isClaim) return claimErrors(amountsOf(spec.resources?.requests), item);
  const pod = spec as PodSpec;
  if (item.type === 'Pod') return limitErrors(item, podAmounts(pod, 'requests'), podAmounts(pod, 'limits'));
  if (item.type !== 'Container') return [];
  return containersOf(pod).flatMap(({ resources }) =>
    limitErrors(item, amountsOf(resources?.requests), amountsOf(resources?.limits)),
  );
}

/** A claim has requests alone. */
function claimErrors(requests: Amounts, { type, min, max }: LimitRangeItem): string[] {
  const errors: string[] = [];
  const compare = (bound: 'minimum' | 'maximum', limits: Amounts): void => {
    for (const [name, enforced] of limits) {
      const asked = requests.get(name);
      const head = `${bound} ${name} usage per ${type} is ${formatQuantity(enforced)}`;
      if (asked === undefined) errors.push(`${head}.  No request is specified`);
      else if (bound === 'minimum' ? asked.nano < enforced.nano : asked.nano > enforced.nano)
        errors.push(`${head}, but request is ${formatQuantity(asked)}`);
    }
  };
  compare('minimum', amountsOf(min));
  compare('maximum', amountsOf(max));
  return errors;
}
