/** Which Pods of a DaemonSet to make and to delete now. Pure choice. */
import { scaledValue } from '../deployment/deployment.ts';
import { isPodAvailable, isPodTerminal, type Pod } from '../pod/pod.ts';
import type { Node } from '../scheduler/node.ts';
import { type DaemonSet, hashOf, placementOn } from './daemon-set.ts';

/** What the choice is made from. */
export interface DaemonView {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** Pods by the name of their node, oldest first. */
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** Hash of the current template. */
  readonly hash: string;
  readonly nowMs: number;
}

/** Nodes that get a Pod, and Pods that go. */
export interface DaemonPlan {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** Gives every fitting Node its Pod and clears the others, whatever the revision. */
export function planPlacement(view: DaemonView): DaemonPlan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const known = new Set(view.nodes.map(({ metadata }) => metadata.name ?? ''));
  for (const node of view.nodes) {
    const name = node.metadata.name ?? '';
    const pods = view.podsByNode.get(name) ?? [];
    const { run, stay } = placementOn(view.set, node);
    if (run && pods.length === 0) create.push(name);
    else if (!stay) remove.push(...pods);
    else remove.push(...surplus(view, pods));
  }
  for (const [name, pods] of view.podsByNode) if (!known.has(name)) remove.push(...pods);
  return { create, remove: remove.filter(isStaying) };
}

/** Moves a RollingUpdate on: replaces old Pods, as many at a time as may be missing or added. */
export function planUpdate(view: DaemonView): DaemonPlan {
  const { maxSurge } = fencesOf(view);
  return maxSurge > 0 ? planSurge(view, maxSurge) : planReplacement(view);
}

const isStaying = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined;

/** Failed Pods are replaced; of several Pods on a Node the oldest of each wanted revision stays. */
function surplus(view: DaemonView, pods: readonly Pod[]): Pod[] {
  const failed = pods.filter(isPodTerminal);
  const running = pods.filter((pod) => !isPodTerminal(pod));
  const kept = fencesOf(view).maxSurge > 0 ? keptWhileSurging(view, running) : running.slice(0, 1);
  return [...failed, ...running.filter((pod) => !kept.includes(pod))];
}

/** While surging, an old and a new Pod stand side by side until the new one is available. */
function keptWhileSurging(view: DaemonView, pods: readonly Pod[]): readonly Pod[] {
  const fresh = pods.find((pod) => hashOf(pod) === view.hash);
  const old = pods.find((pod) => hashOf(pod) !== view.hash);
  if (fresh === undefined || old === undefined) return pods.slice(0, 1);
  return isAvailable(view, fresh) ? [fresh] : [fresh, old];
}

function planReplacement(view: DaemonView): DaemonPlan {
  const { maxUnavailable } = fencesOf(view);
  let unavailable = 0;
  const broken: Pod[] = [];
  const working: Pod[] = [];
  for (const { fresh, old } of placesOf(view)) {
    const pod = fresh ?? old;
    const available = pod !== undefined && isStaying(pod) && isAvailable(view, pod);
    if (!available) unavailable += 1;
    if (fresh !== undefined || old === undefined || !isStaying(old)) continue;
    (available ? working : broken).push(old);
  }
  return { create: [], remove: [...broken, ...working.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

function planSurge(view: DaemonView, maxSurge: number): DaemonPlan {
  let surging = 0;
  const waiting: string[] = [];
  const remove: Pod[] = [];
  for (const { name, fresh, old } of placesOf(view)) {
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (isAvailable(view, fresh)) remove.push(old);
      else surging += 1;
    } else if (isStaying(old)) waiting.push(name);
  }
  return { create: waiting.slice(0, Math.max(0, maxSurge - surging)), remove: remove.filter(isStaying) };
}

/** Fitting Nodes with the Pod of the current revision and the one of an older. */
function placesOf(view: DaemonView): { name: string; fresh: Pod | undefined; old: Pod | undefined }[] {
  return view.nodes
    .filter((node) => placementOn(view.set, node).run)
    .map(({ metadata: { name = '' } }) => {
      const pods = (view.podsByNode.get(name) ?? []).filter((pod) => !isPodTerminal(pod));
      return {
        name,
        fresh: pods.find((pod) => hashOf(pod) === view.hash),
        old: pods.find((pod) => hashOf(pod) !== view.hash),
      };
    });
}

function fencesOf({ set, nodes }: DaemonView): { maxSurge: number; maxUnavailable: number } {
  const { maxSurge = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const count = nodes.filter((node) => placementOn(set, node).run).length;
  return {
    maxSurge: scaledValue(maxSurge, count, Math.ceil),
    maxUnavailable: scaledValue(maxUnavailable, count, Math.ceil),
  };
}

const isAvailable = ({ set, nowMs }: DaemonView, pod: Pod): boolean =>
  isPodAvailable(pod, set.spec.minReadySeconds, nowMs);
