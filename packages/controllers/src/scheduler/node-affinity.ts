/** Whether a Node meets a Pod's nodeSelector and required node affinity. */
import { matchesMap } from '@towtank/apimachinery';
import type { PodSpec } from '../pod/pod.ts';
import type { Node, NodeRequirement, NodeSelectorTerm } from './node.ts';

/** Whether the Pod may run on the Node, by selector and required affinity. */
export function matchesNodeAffinity(spec: PodSpec, node: Node): boolean {
  if (!matchesMap(spec.nodeSelector ?? {}, node.metadata.labels)) return false;
  const required = requiredNodeTerms(spec);
  return required === undefined || required.some((term) => matchesTerm(term, node));
}

/** The terms of required node affinity, one of which must match; undefined when there is no such rule. */
export const requiredNodeTerms = (spec: PodSpec): NodeSelectorTerm[] | undefined =>
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

/** The only Node that the Pod may run on, where its affinity names one: how DaemonSets place their Pods. */
export function targetNodeOf(spec: PodSpec): string | undefined {
  const named = (requiredNodeTerms(spec) ?? [])
    .flatMap(({ matchFields }) => matchFields ?? [])
    .find(({ key, operator, values }) => key === 'metadata.name' && operator === 'In' && values?.length === 1);
  return named?.values?.[0];
}

/** Whether a Node meets a term; one without any requirement matches nothing. */
export function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const { labels = {}, name = '' } = node.metadata;
  return (
    matchExpressions.every((requirement) => meets(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => meets(requirement, requirement.key === 'metadata.name' ? name : undefined))
  );
}

function meets({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
