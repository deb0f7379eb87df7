/** How others reach into running containers: logs, commands and ports. */
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { badRequest, notFound } from '@towtank/apimachinery';
import type { Source, VirtualNetwork } from '@towtank/network';
import type { LogOptions } from './container/container-log.ts';
import type { ContainerRunner } from './container/container-runner.ts';
import { execCommand, NO_SIZES } from './container/exec-command.ts';
import type { ExecCall } from './container/image.ts';
import type { PodWorker } from './pod/pod-worker.ts';

/** Which container. Without a name it is the first of the Pod. */
export interface ContainerTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
}

/** Which log, and how much of it. */
export interface LogRequest extends ContainerTarget, LogOptions {
  /** The log of the run before the present one. */
  readonly previous?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A command with its streams. */
export interface ExecRequest extends ContainerTarget, Omit<ExecCall, 'tty' | 'stdin' | 'resizes' | 'signal'> {
  readonly stdin?: ExecCall['stdin'] | undefined;
  readonly tty?: boolean | undefined;
  readonly resizes?: ExecCall['resizes'] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The streams of whoever attaches. */
export interface AttachRequest extends ContainerTarget, Pick<ExecCall, 'stdout'> {
  readonly stdin?: ExecCall['stdin'] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A port of a Pod. */
export interface PortRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly from?: Source | undefined;
}

/**
 * What an API server needs of the nodes, as plain functions. All of them fail with a StatusError in the kubelet's words
 * where the Pod or container is not there, or not running.
 */
export interface NodeConnector {
  /** Reads a log. Throws before the first line where there is no such log. */
  logs(request: LogRequest): AsyncIterable<Uint8Array>;
  /** Runs a command to its end and resolves with its exit code. */
  exec(request: ExecRequest): Promise<number>;
  /** Copies what the container writes from now on, and to it what the client sends; resolves when the container ends. */
  attach(request: AttachRequest): Promise<void>;
  /** Connects to a port of the Pod. Rejects as a socket does: with ECONNREFUSED where nothing listens. */
  connect(request: PortRequest): Promise<Socket>;
}

/** What a connector works with. */
export interface NodeConnectorOptions {
  /** The worker of a Pod, by its key. */
  readonly find: (key: string) => PodWorker | undefined;
  readonly network: VirtualNetwork;
}

/** The connector of these nodes. */
export function nodeConnector({ find, network }: NodeConnectorOptions): NodeConnector {
  const workerOf = ({ namespace, pod }: { readonly namespace: string; readonly pod: string }): PodWorker => {
    const worker = find(`${namespace}/${pod}`);
    if (worker === undefined) throw notFound({ group: '', resource: 'pods' }, pod);
    return worker;
  };
  const runnerOf = (target: ContainerTarget): ContainerRunner => {
    const { container } = target;
    const { runners, pod } = workerOf(target);
    const name = container ?? pod.spec.containers[0]?.name;
    const runner = runners.find((candidate) => candidate.container.name === name);
    if (runner === undefined) throw badRequest(`container ${name} is not valid for pod ${target.pod}`);
    return runner;
  };
  return {
    logs: (request) => logOf(runnerOf(request), request).read(request, request.signal),
    async exec({ stdin, tty = false, resizes = NO_SIZES, signal, ...request }) {
      const exec = runningIn(runnerOf(request), request);
      const { command, stdout, stderr } = request;
      const call = { command, stdout, stderr, stdin: stdin ?? new PassThrough().end(), tty, resizes };
      return execCommand(exec.run, { ...call, signal: signal ?? new AbortController().signal }, exec.world);
    },
    async attach({ stdin, stdout, signal, ...target }) {
      const runner = runnerOf(target);
      runningIn(runner, target);
      if (stdin !== undefined) runner.stdin?.join(stdin);
      for await (const line of logOf(runner, target).read({ follow: true, tailLines: 0 }, signal)) stdout.write(line);
    },
    async connect({ port, from, ...target }) {
      const { where } = workerOf(target).world;
      return network.dial({ host: where.podIP, port, ...(from === undefined ? {} : { from }) });
    },
  };
}

function logOf(
  { log, previousLog, state, container }: ContainerRunner,
  { pod, previous = false }: { readonly pod: string; readonly previous?: boolean | undefined },
): NonNullable<ContainerRunner['log']> {
  // While a container waits for its restart, its last run is the present one to whoever asks for logs.
  if (previous) {
    if (previousLog !== undefined) return previousLog;
    throw badRequest(`previous terminated container "${container.name}" in pod "${pod}" not found`);
  }
  if (log !== undefined) return log;
  const { reason } = state.waiting ?? { reason: 'ContainerCreating' };
  const waiting = `container "${container.name}" in pod "${pod}" is waiting to start`;
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    throw badRequest(`${waiting}: ${state.waiting?.message ?? 'trying and failing to pull image'}`);
  throw badRequest(`${waiting}: ${reason}`);
}

function runningIn(runner: ContainerRunner, { pod }: ContainerTarget): NonNullable<ContainerRunner['exec']> {
  const { exec, container } = runner;
  if (exec !== undefined) return exec;
  throw badRequest(`cannot exec into container "${container.name}" of pod "${pod}": container not running`);
}
