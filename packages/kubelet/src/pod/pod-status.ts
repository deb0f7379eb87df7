/** The status that a kubelet reports for a Pod. */
import { formatTime } from '@towtank/apimachinery';
import type { ContainerRunner } from '../container/container-runner.ts';
import { normalizeImage } from '../container/image-table.ts';
import { type ContainerStatus, isSidecar, type Pod, type PodCondition, type PodStatus } from './pod.ts';
import { isInitialized, podPhase } from './pod-phase.ts';

/** What the status is made from. */
export interface PodStatusInput {
  readonly pod: Pod;
  readonly init: readonly ContainerRunner[];
  readonly main: readonly ContainerRunner[];
  readonly ephemeral: readonly ContainerRunner[];
  /** One of each family, the primary one first; none before there is a network. */
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  readonly startTime: string;
  /** Nothing of the Pod will run again. */
  readonly isOver: boolean;
  /** Why the kubelet ended the Pod, where it did. */
  readonly verdict?: { readonly reason: string; readonly message: string } | undefined;
  readonly nowMs: number;
  /** A condition as it was reported last: the Pod as last seen may be older. */
  readonly lastCondition: (type: string) => PodCondition | undefined;
}

/** The whole status; conditions of others are left out, because patches keep them. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, init, main, ephemeral, podIPs, hostIP, startTime, verdict } = input;
  const phase = verdict === undefined ? podPhase({ ...input, spec: pod.spec }) : 'Failed';
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: conditionsOf(input, phase),
    ...(verdict ?? {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIPs[0] === undefined ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) }),
    startTime,
    ...(init.length > 0 ? { initContainerStatuses: init.map(containerStatus) } : {}),
    containerStatuses: main.map(containerStatus),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral.map(containerStatus) } : {}),
  };
}

function containerStatus(runner: ContainerRunner): ContainerStatus {
  const { container, state, lastState, restartCount, containerID, imageID } = runner;
  const mounts = container.volumeMounts ?? [];
  const { requests } = container.resources ?? {};
  return {
    name: container.name,
    state,
    lastState,
    ready: runner.isReady,
    restartCount,
    image: imageID === '' ? (container.image ?? '') : normalizeImage(container.image ?? ''),
    imageID,
    ...(containerID === undefined ? {} : { containerID }),
    started: runner.hasStarted,
    ...(containerID === undefined ? {} : { resources: container.resources ?? {} }),
    ...(containerID === undefined || requests === undefined ? {} : { allocatedResources: requests }),
    ...(mounts.length > 0 ? { volumeMounts: mounts.map(mountStatus) } : {}),
  };
}

const mountStatus = ({
  name,
  mountPath,
  readOnly,
}: {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}): object => ({
  name,
  mountPath,
  ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
});

type Finding = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const TRUE: Finding = { status: 'True' };

function conditionsOf(input: PodStatusInput, phase: string): PodCondition[] {
  const { pod, podIPs, nowMs } = input;
  const containersReady = containersFinding(input, phase);
  const findings: [type: string, finding: Finding][] = [
    ['PodReadyToStartContainers', { status: podIPs.length === 0 || input.isOver ? 'False' : 'True' }],
    ['Initialized', initializedFinding(input, phase)],
    ['Ready', readyFinding(pod, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
  ];
  return findings.map(([type, finding]) => {
    const known = input.lastCondition(type) ?? pod.status?.conditions?.find((condition) => condition.type === type);
    const since = known?.status === finding.status ? known.lastTransitionTime : undefined;
    return {
      type,
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      ...finding,
      lastProbeTime: null,
      lastTransitionTime: since ?? formatTime(nowMs),
    };
  });
}

function initializedFinding({ init }: PodStatusInput, phase: string): Finding {
  if (isInitialized(init)) return phase === 'Succeeded' ? { status: 'True', reason: 'PodCompleted' } : TRUE;
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const incomplete = init.filter((runner) => !isInitialized([runner])).map(({ container }) => container.name);
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersFinding({ init, main, isOver }: PodStatusInput, phase: string): Finding {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const counted = [...init.filter(({ container }) => isSidecar(container)), ...main];
  const unready = counted.filter((runner) => isOver || !runner.isReady).map(({ container }) => container.name);
  if (unready.length === 0) return TRUE;
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function readyFinding({ spec, status }: Pod, containers: Finding): Finding {
  if (containers.status !== 'True') return containers;
  for (const { conditionType } of spec.readinessGates ?? []) {
    const gate = status?.conditions?.find(({ type }) => type === conditionType);
    const subject = `corresponding condition of pod readiness gate "${conditionType}"`;
    if (gate === undefined)
      return { status: 'False', reason: 'ReadinessGatesNotReady', message: `${subject} does not exist.` };
    if (gate.status !== 'True')
      return {
        status: 'False',
        reason: 'ReadinessGatesNotReady',
        message: `the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`,
      };
  }
  return TRUE;
}
