/** Nothing is scheduled on a node before it is known to be ready. */
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './admission-refusal.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** Taints new nodes as not ready; who finds them ready takes the taint away. */
export const taintNewNodes: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' || object === undefined || !isAbout(attributes, 'nodes')) return;
    object.spec ??= {};
    const taints: { key?: string; effect?: string }[] = object.spec.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    object.spec.taints = [...taints, { ...NOT_READY }];
  },
};
