/** Why a Pod cannot run on a Node, judged by that Node alone. */
import type { Pod } from '../pod/pod.ts';
import { podResources } from '../pod/pod-resources.ts';
import { matchesNodeAffinity } from './node-affinity.ts';
import type { NodeInfo } from './node-info.ts';
import { tolerates, untolerated } from './taints.ts';

/** A Node that does not do: for these reasons, and whether fewer Pods on it could help. */
export interface Misfit {
  readonly reasons: readonly string[];
  readonly preemptionMayHelp: boolean;
}

const never = (...reasons: string[]): Misfit => ({ reasons, preemptionMayHelp: false });
const notNow = (...reasons: string[]): Misfit => ({ reasons, preemptionMayHelp: true });

/** The first rule that keeps the Pod off the Node, in the order of kube-scheduler's plugins. */
export function misfitOn(pod: Pod, info: NodeInfo): Misfit | undefined {
  const { node } = info;
  const { tolerations = [] } = pod.spec;
  const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec?.unschedulable && !tolerations.some((toleration: object) => tolerates(toleration, unschedulable)))
    return never('node(s) were unschedulable');
  if (pod.spec.nodeName && pod.spec.nodeName !== info.name)
    return never("node(s) didn't match the requested node name");
  if (untolerated(node.spec?.taints, tolerations, ['NoSchedule', 'NoExecute']) !== undefined)
    return never('node(s) had untolerated taint(s)');
  if (!matchesNodeAffinity(pod.spec, node)) return never("node(s) didn't match Pod's node affinity/selector");
  if (!portsAreFree(pod, info)) return notNow("node(s) didn't have free ports for the requested pod ports");
  const lacking = lackingResources(pod, info);
  return lacking.length > 0 ? notNow(...lacking) : undefined;
}

function lackingResources({ spec }: Pod, info: NodeInfo): string[] {
  const lacking: string[] = [];
  if (info.pods.size + 1 > info.podLimit) lacking.push('Too many pods');
  for (const [name, { nano }] of podResources(spec, 'requests'))
    if (nano > 0n && nano > info.free(name)) lacking.push(`Insufficient ${name}`);
  return lacking;
}

function portsAreFree(pod: Pod, info: NodeInfo): boolean {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return true;
  const taken = [...info.pods.values()].flatMap(hostPortsOf);
  return !wanted.some((port) => taken.some((other) => collide(port, other)));
}

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

const hostPortsOf = ({ spec }: Pod): HostPort[] =>
  [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')]
    .flatMap(({ ports = [] }) => ports)
    .filter(({ hostPort }) => hostPort)
    .map(({ hostPort = 0, protocol = 'TCP', hostIP = '' }) => ({ port: hostPort, protocol, ip: hostIP || '0.0.0.0' }));

const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
