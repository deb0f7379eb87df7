/** The quality of service class of a pod. */
import { type KubeObject, parseQuantity } from '@towtank/apimachinery';
import { containersOf, type ResourceRequirements } from '../../admission/pod-spec.ts';

const NAMES = ['cpu', 'memory'];

const given = (resources: ResourceRequirements | undefined, part: 'requests' | 'limits', name: string): bigint => {
  const amount = resources?.[part]?.[name];
  return amount === undefined ? 0n : (parseQuantity(amount)?.nano ?? 0n);
};

/**
 * Guaranteed when limits equal requests everywhere, BestEffort without any, Burstable between the two. Resources of the
 * pod as a whole, where it has some, stand for those of its containers.
 */
export function qosClassOf({ spec }: KubeObject): string {
  const own: ResourceRequirements | undefined = spec?.resources;
  const all: (ResourceRequirements | undefined)[] =
    own?.limits !== undefined || own?.requests !== undefined
      ? [own]
      : containersOf(spec ?? {}).map(({ resources }) => resources);
  const isNothing = (name: string): boolean =>
    all.every((resources) => given(resources, 'requests', name) === 0n && given(resources, 'limits', name) === 0n);
  if (NAMES.every(isNothing)) return 'BestEffort';
  const isFixed = (resources: ResourceRequirements | undefined, name: string): boolean =>
    given(resources, 'limits', name) > 0n && given(resources, 'limits', name) === given(resources, 'requests', name);
  return all.every((resources) => NAMES.every((name) => isFixed(resources, name))) ? 'Guaranteed' : 'Burstable';
}
