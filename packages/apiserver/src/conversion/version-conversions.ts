/** The kinds that are served in two versions and stored in one. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';
import { autoscalerToV1, autoscalerToV2 } from './autoscaler.ts';
import { eventFromCore, eventToCore } from './event.ts';

/** How objects of a served version are stored. */
export interface VersionConversion {
  /** Where in storage they live: the place of the stored version. */
  readonly prefix: string;
  /** From the served version to the stored one. Returns a new object. */
  readonly toStored: (object: KubeObject) => KubeObject;
  /** From the stored version to the served one. Returns a new object. */
  readonly fromStored: (object: KubeObject) => KubeObject;
}

const CONVERSIONS: Readonly<Record<string, VersionConversion>> = {
  'autoscaling/v1/horizontalpodautoscalers': {
    prefix: 'autoscaling/horizontalpodautoscalers',
    toStored: autoscalerToV2,
    fromStored: autoscalerToV1,
  },
  'events.k8s.io/v1/events': { prefix: 'events', toStored: eventToCore, fromStored: eventFromCore },
};

/** The conversion of a resource; undefined when it is stored as it is served. */
export function conversionOf({ group, version, resource }: Resource): VersionConversion | undefined {
  const key = `${group}/${version}/${resource}`;
  return Object.hasOwn(CONVERSIONS, key) ? CONVERSIONS[key] : undefined;
}
