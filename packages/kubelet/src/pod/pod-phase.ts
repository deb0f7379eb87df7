/** The phase of a Pod, from the states of its containers. */
import type { ContainerRunner } from '../container/container-runner.ts';
import { isSidecar, type PodSpec } from './pod.ts';

/** What the phase is made from. */
export interface PhaseInput {
  readonly spec: PodSpec;
  readonly init: readonly ContainerRunner[];
  readonly main: readonly ContainerRunner[];
  /** Nothing of the Pod will run again. */
  readonly isOver: boolean;
}

/** The phase as the kubelet works it out. */
export function podPhase({ spec, init, main, isOver }: PhaseInput): string {
  const plain = init.filter(({ container }) => !isSidecar(container));
  const failedInit = plain.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  if (failedInit && (spec.restartPolicy === 'Never' || isOver)) return 'Failed';
  const counts = { running: 0, stopped: 0, succeeded: 0, waiting: 0 };
  for (const { state, lastState } of main) {
    const ended = state.terminated ?? (state.waiting && lastState.terminated);
    if (state.running) counts.running += 1;
    else if (ended) {
      counts.stopped += 1;
      if (ended.exitCode === 0) counts.succeeded += 1;
    } else counts.waiting += 1;
  }
  const initialized = isInitialized(init);
  if (!initialized && counts.running === 0 && counts.stopped === 0) return isOver ? 'Failed' : 'Pending';
  if (counts.waiting > 0) return isOver ? 'Failed' : 'Pending';
  if (counts.running > 0) return 'Running';
  const allGood = counts.stopped === counts.succeeded;
  if (isOver) return allGood ? 'Succeeded' : 'Failed';
  if ((spec.restartPolicy ?? 'Always') === 'Always') return 'Running';
  if (allGood) return 'Succeeded';
  return spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
}

/** Whether every plain init container has succeeded and every sidecar has started. */
export const isInitialized = (init: readonly ContainerRunner[]): boolean =>
  init.every((runner) =>
    isSidecar(runner.container)
      ? runner.hasStarted || runner.restartCount > 0 || runner.state.terminated !== undefined
      : runner.state.terminated?.exitCode === 0,
  );
