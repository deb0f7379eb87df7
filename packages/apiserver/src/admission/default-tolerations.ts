/** Pods outlast a short illness of their node. */
import { shareValue } from '../storage/shared-value.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './admission-refusal.ts';
import type { PodSpec, Toleration } from './pod-spec.ts';

const DEFAULT_SECONDS = 300;
/** What pods are given: the same for all of them. */
const TOLERATIONS = shareValue(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(toleration));

/** Lets pods that say nothing of it stay five minutes on a node that is not ready or not reachable. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (object?.spec === undefined || !isAbout(attributes, 'pods')) return;
    const spec = object.spec as PodSpec;
    const { tolerations: given } = spec;
    if (given === undefined) {
      spec.tolerations = TOLERATIONS;
      return;
    }
    const missing = TOLERATIONS.filter(({ key = '' }) => !given.some((toleration) => tolerates(toleration, key)));
    if (missing.length > 0) spec.tolerations = [...given, ...missing];
  },
};

const tolerates = ({ key = '', effect = '' }: Toleration, taint: string): boolean =>
  (key === taint || key === '') && (effect === 'NoExecute' || effect === '');

function toleration(key: string): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_SECONDS };
}
