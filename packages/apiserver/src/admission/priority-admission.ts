/** Pods get the number behind the name of their priority class. */
import type { KubeObject } from '@towtank/apimachinery';
import type { ObjectReader } from '../storage/object-reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { isAbout, refusal } from './admission-refusal.ts';
import type { PodSpec } from './pod-spec.ts';

const GROUP = 'scheduling.k8s.io';
const PREFIX = `${GROUP}/priorityclasses`;
const DEFAULT_POLICY = 'PreemptLowerPriority';

/** Fills in `spec.priority` and `spec.preemptionPolicy`, and keeps the default class of a cluster the only one. */
export const priorityAdmission = (reader: ObjectReader): AdmissionPlugin => ({
  name: 'Priority',
  admit(attributes) {
    const { operation, object, oldObject } = attributes;
    if (object?.spec === undefined || !isAbout(attributes, 'pods')) return;
    if (operation === 'CREATE') prioritize(reader, object.spec as PodSpec, attributes);
    else if (operation === 'UPDATE') keepPriority(object.spec as PodSpec, oldObject?.spec as PodSpec | undefined);
  },
  validate(attributes) {
    const { resource, object, operation } = attributes;
    if (resource.group !== GROUP || resource.resource !== 'priorityclasses' || !object?.globalDefault) return;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    const current = defaultClass(reader);
    if (current === undefined || (operation === 'UPDATE' && current.metadata.name === object.metadata.name)) return;
    throw refusal(
      attributes,
      `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`,
    );
  },
});

function prioritize(reader: ObjectReader, spec: PodSpec, attributes: AdmissionAttributes): void {
  const asked = spec.priorityClassName;
  const found = asked ? reader.get(PREFIX, asked) : defaultClass(reader);
  if (asked && found === undefined) throw refusal(attributes, `no PriorityClass with name ${asked} was found`);
  const name = found?.metadata.name;
  if (name) spec.priorityClassName = name;
  const priority: number = found?.value ?? 0;
  const policy: string = found?.preemptionPolicy ?? DEFAULT_POLICY;
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  const source = 'from the given PriorityClass name';
  if (spec.priority !== undefined && spec.priority !== priority)
    throw refusal(attributes, `the integer value of priority (${spec.priority}) ${computed} ${priority} ${source}`);
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
    throw refusal(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed} ${policy} ${source}`,
    );
  spec.priority = priority;
  spec.preemptionPolicy = policy;
}

/** An update that leaves the computed fields out means no change of them. */
function keepPriority(spec: PodSpec, old: PodSpec | undefined): void {
  if (spec.priority === undefined && old?.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old?.preemptionPolicy !== undefined)
    spec.preemptionPolicy = old.preemptionPolicy;
}

/** The class of pods that name none: of several that claim to be it, the one with the lowest value. */
function defaultClass(reader: ObjectReader): KubeObject | undefined {
  const classes = reader.list(PREFIX).filter(({ globalDefault }) => globalDefault === true);
  return classes.sort((a, b) => a.value - b.value)[0];
}
