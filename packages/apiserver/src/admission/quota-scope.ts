/** Which pods a quota is about. */
import { containersOf, type PodAffinity, type PodSpec } from './pod-spec.ts';

/** `spec` of a ResourceQuota. */
export interface QuotaSpec {
  readonly hard?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: {
    readonly matchExpressions?: readonly {
      readonly scopeName: string;
      readonly operator: string;
      readonly values?: readonly string[];
    }[];
  };
}

/** Whether the pod is in all scopes of the quota. */
export function isInScope(pod: PodSpec, { scopes = [], scopeSelector }: QuotaSpec): boolean {
  return (
    scopes.every((scope) => holds(pod, scope)) &&
    (scopeSelector?.matchExpressions ?? []).every(({ scopeName, operator, values = [] }) => {
      if (scopeName !== 'PriorityClass') return holds(pod, scopeName);
      const name = pod.priorityClassName ?? '';
      if (operator === 'Exists') return name !== '';
      if (operator === 'DoesNotExist') return name === '';
      return values.includes(name) === (operator === 'In');
    })
  );
}

/** Whether a quota is about some pods alone; other objects are none of its business then. */
export const hasScopes = ({ scopes = [], scopeSelector }: QuotaSpec): boolean =>
  scopes.length > 0 || (scopeSelector?.matchExpressions ?? []).length > 0;

function holds(pod: PodSpec, scope: string): boolean {
  switch (scope) {
    case 'Terminating':
      return pod.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return pod.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return (pod.priorityClassName ?? '') !== '';
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod.affinity?.podAffinity) || crossesNamespaces(pod.affinity?.podAntiAffinity);
    default:
      return false;
  }
}

const isBestEffort = (pod: PodSpec): boolean =>
  containersOf(pod).every(
    ({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length === 0,
  );

const crossesNamespaces = (affinity: PodAffinity | undefined): boolean =>
  [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ].some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
