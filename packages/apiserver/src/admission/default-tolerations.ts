/** Pods outlast a short illness of their node. */
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './admission-refusal.ts';
import type { PodSpec, Toleration } from './pod-spec.ts';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const DEFAULT_SECONDS = 300;

/** Lets pods that say nothing of it stay five minutes on a node that is not ready or not reachable. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (object?.spec === undefined || !isAbout(attributes, 'pods')) return;
    const spec = object.spec as PodSpec;
    const given = spec.tolerations ?? [];
    const missing = TAINTS.filter((taint) => !given.some((toleration) => tolerates(toleration, taint)));
    if (missing.length > 0) spec.tolerations = [...given, ...missing.map(toleration)];
  },
};

const tolerates = ({ key = '', effect = '' }: Toleration, taint: string): boolean =>
  (key === taint || key === '') && (effect === 'NoExecute' || effect === '');

const toleration = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: DEFAULT_SECONDS,
});
