/** Picks the Node for a Pod. Pure choice. */
import type { Pod } from '../pod/pod.ts';
import { misfitOn } from './filters.ts';
import type { NodeSelectorTerm } from './node.ts';
import { matchesTerm } from './node-affinity.ts';
import type { NodeInfo } from './node-info.ts';
import { affinityFilter, type NamespaceLabels } from './pod-affinity.ts';
import { tolerates } from './taints.ts';
import { spreadFilter } from './topology-spread.ts';

/** The Node that a Pod goes to, or why there is none. */
export type Choice = { readonly nodeName: string } | { readonly message: string };

/** `infos` in the order in which Nodes of equal merit are taken. */
export function chooseNode(pod: Pod, infos: readonly NodeInfo[], labelsOf: NamespaceLabels): Choice {
  if (infos.length === 0) return { message: 'no nodes available to schedule pods' };
  const affinity = affinityFilter(pod, infos, labelsOf);
  const spread = spreadFilter(pod, infos);
  const reasons = new Map<string, number>();
  let preemptible = 0;
  const fitting: NodeInfo[] = [];
  for (const info of infos) {
    const misfit = misfitOn(pod, info) ?? spread(info) ?? affinity(info);
    if (misfit === undefined) {
      fitting.push(info);
      continue;
    }
    for (const reason of misfit.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (misfit.preemptionMayHelp) preemptible += 1;
  }
  const best = bestOf(pod, fitting);
  return best === undefined ? { message: explain(infos.length, reasons, preemptible) } : { nodeName: best.name };
}

/** The most preferred by the Pod's own words, then the least avoided, then the emptiest, then the first. */
function bestOf(pod: Pod, infos: readonly NodeInfo[]): NodeInfo | undefined {
  let best: { readonly info: NodeInfo; readonly merit: readonly number[] } | undefined;
  for (const info of infos) {
    const merit = [preferenceFor(pod, info), -avoidedTaints(pod, info), -info.pods.size];
    if (best === undefined || isBetter(merit, best.merit)) best = { info, merit };
  }
  return best?.info;
}

function isBetter(merit: readonly number[], than: readonly number[]): boolean {
  const at = merit.findIndex((value, index) => value !== than[index]);
  return at >= 0 && (merit[at] ?? 0) > (than[at] ?? 0);
}

function preferenceFor({ spec }: Pod, { node }: NodeInfo): number {
  const preferred: { weight: number; preference: NodeSelectorTerm }[] =
    spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
}

const avoidedTaints = ({ spec }: Pod, { node }: NodeInfo): number =>
  (node.spec?.taints ?? []).filter(
    (taint) =>
      taint.effect === 'PreferNoSchedule' &&
      !(spec.tolerations ?? []).some((toleration: object) => tolerates(toleration, taint)),
  ).length;

/** The words of kube-scheduler: how many Nodes fail for which reason, and what removing Pods could do about it. */
function explain(total: number, reasons: ReadonlyMap<string, number>, preemptible: number): string {
  const available = `0/${total} nodes are available: `;
  const causes = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  const hopeless = total - preemptible;
  const preemption = [
    ...(preemptible > 0 ? [`${preemptible} No preemption victims found for incoming pod`] : []),
    ...(hopeless > 0 ? [`${hopeless} Preemption is not helpful for scheduling`] : []),
  ].sort();
  return `${available}${causes.join(', ')}. no new claims to deallocate, preemption: ${available}${preemption.join(', ')}.`;
}
