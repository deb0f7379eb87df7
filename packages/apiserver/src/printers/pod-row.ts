/** Rows of pods and pod templates. A pod's status is told from its phase, its conditions and all its containers. */
import type { KubeObject } from '@towtank/apimachinery';
import { containerCells, creationAge, formatLabels, nameOf, textOr } from './cell-text.ts';
import { ageOf } from './human-duration.ts';
import type { RowPrinter, RowPrinters, TableRowCondition } from './row-printer.ts';

interface Terminated {
  exitCode?: number;
  signal?: number;
  reason?: string;
  finishedAt?: string;
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string }; running?: object; terminated?: Terminated };
  lastState?: { terminated?: Terminated };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

interface Pod extends KubeObject {
  spec?: {
    containers?: unknown[];
    initContainers?: { name: string; restartPolicy?: string }[];
    nodeName?: string;
    readinessGates?: { conditionType: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
    podIPs?: { ip?: string }[];
    nominatedNodeName?: string;
  };
}

/** What the containers of a pod tell: gathered first over init containers, then over the main ones. */
interface Summary {
  reason: string;
  ready: number;
  restarts: number;
  /** When the last of the counted restarts was, in milliseconds since the epoch; zero when unknown. */
  lastRestart: number;
}

const terminatedReason = ({ reason, signal, exitCode }: Terminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`);

const isTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';

function countRestarts(summary: Summary, { restartCount, lastState }: ContainerStatus): void {
  summary.restarts += restartCount ?? 0;
  const finishedAt = lastState?.terminated?.finishedAt;
  if (finishedAt) summary.lastRestart = Math.max(summary.lastRestart, Date.parse(finishedAt));
}

/** The reason that the pod states itself, before its containers are looked at. */
function ownReason({ status }: Pod): string {
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : status?.reason || status?.phase || '';
}

/** Why an init container holds the pod up; empty when it is simply not its turn yet. */
function initReason({ state }: ContainerStatus): string {
  if (state?.terminated !== undefined) return terminatedReason(state.terminated);
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? waiting : '';
}

/** Reads the init containers up to the first that holds the pod up. */
function readInitContainers(
  pod: Pod,
  sidecars: ReadonlySet<string>,
): { all: Summary; sidecar: Summary; busy: boolean } {
  const all: Summary = { reason: ownReason(pod), ready: 0, restarts: 0, lastRestart: 0 };
  const sidecar: Summary = { ...all };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(status.name);
    countRestarts(all, status);
    if (isSidecar) countRestarts(sidecar, status);
    const { terminated } = status.state ?? {};
    if (terminated !== undefined && !terminated.exitCode) continue;
    if (isSidecar && status.started === true) {
      if (status.ready) all.ready += 1;
      continue;
    }
    all.reason = `Init:${initReason(status) || `${index}/${pod.spec?.initContainers?.length ?? 0}`}`;
    return { all, sidecar, busy: true };
  }
  return { all, sidecar, busy: false };
}

/** Reads the main containers, last to first, so that the first one's trouble is the one that shows. */
function readContainers(pod: Pod, summary: Summary): void {
  let isRunning = false;
  let failure = '';
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(summary, status);
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated !== undefined) {
      summary.reason = terminatedReason(terminated);
      if (terminated.exitCode) failure = summary.reason;
    } else if (status.ready && running !== undefined) {
      isRunning = true;
      summary.ready += 1;
    }
  }
  if (summary.reason !== 'Completed') return;
  if (isRunning && isTrue(pod, 'Ready')) summary.reason = 'Running';
  else if (failure !== '') summary.reason = failure;
  else if (isRunning) summary.reason = 'NotReady';
}

function summarize(pod: Pod, sidecars: ReadonlySet<string>): Summary {
  const { all, sidecar, busy } = readInitContainers(pod, sidecars);
  const summary = { ...all };
  if (!busy || isTrue(pod, 'Initialized')) {
    summary.restarts = sidecar.restarts;
    summary.lastRestart = sidecar.lastRestart;
    readContainers(pod, summary);
  }
  if (pod.metadata.deletionTimestamp) {
    const phase = pod.status?.phase;
    if (pod.status?.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.reason = 'Terminating';
  }
  return summary;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter(({ conditionType }) => isTrue(pod, conditionType)).length}/${gates.length}`;
}

function podCells(object: KubeObject, now: number): (string | number)[] {
  const pod = object as Pod;
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const { reason, ready, restarts, lastRestart } = summarize(pod, sidecars);
  const since = restarts > 0 && lastRestart > 0 ? ` (${ageOf(new Date(lastRestart).toISOString(), now)} ago)` : '';
  return [
    nameOf(pod),
    `${ready}/${(pod.spec?.containers?.length ?? 0) + sidecars.size}`,
    reason,
    `${restarts}${since}`,
    creationAge(pod, now),
    textOr(pod.status?.podIPs?.[0]?.ip, '<none>'),
    textOr(pod.spec?.nodeName, '<none>'),
    textOr(pod.status?.nominatedNodeName, '<none>'),
    readinessGates(pod),
  ];
}

const COMPLETED: Readonly<Record<string, TableRowCondition>> = {
  Succeeded: {
    type: 'Completed',
    status: 'True',
    reason: 'Succeeded',
    message: 'The pod has completed successfully.',
  },
  Failed: { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
};

const pod: RowPrinter = {
  cells: podCells,
  conditions({ status }) {
    const condition = COMPLETED[status?.phase ?? ''];
    return condition === undefined ? undefined : [condition];
  },
};

const podTemplate: RowPrinter = {
  cells: (object) => [
    nameOf(object),
    ...containerCells(object.template),
    formatLabels(object.template?.metadata?.labels),
  ],
};

/** Pod and PodTemplate. */
export const podRows: RowPrinters = { Pod: pod, PodTemplate: podTemplate };
