/** `towtank record`: a recording proxy in front of any cluster, around a command or until Ctrl-C. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recorder, startRecorder } from '@towtank/recorder';
import { Command } from 'commander';
import { newCassettePath } from './cassette-path.ts';
import { paint } from './describe-cluster.ts';
import type { StopSignal } from './listen-for-stop.ts';

interface RecordOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly output: string;
  readonly snapshot?: true;
  readonly resource: string[];
  readonly namespace: string[];
  readonly selector?: string;
}

const PROGRESS_MS = 200;
const collect = (value: string, before: string[]): string[] => [...before, value];

/** The command. */
export const recordCommand = (stop: StopSignal): Command =>
  new Command('record')
    .description('record what passes between clients and a cluster')
    .option('--kubeconfig <file>', 'of the cluster; default $KUBECONFIG, then ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig; default its current one')
    .requiredOption('-o, --output <cassette>', 'where the recording goes; .jsonl is added where it is missing')
    .option('--snapshot', 'record what the cluster holds and how it changes, too')
    .option('--resource <name>', 'limit the snapshot to this resource; may be given more than once', collect, [])
    .option('--namespace <name>', 'limit the snapshot to this namespace; may be given more than once', collect, [])
    .option('--selector <labels>', 'limit the snapshot to objects with these labels')
    .argument('[command...]', 'what to run, with a KUBECONFIG that is recorded; default: wait for Ctrl-C')
    .action((command: string[], options: RecordOptions) => record(command, options, stop));

async function record(command: readonly string[], options: RecordOptions, stop: StopSignal): Promise<void> {
  const { context, output, resource, namespace, selector } = options;
  const wantsSnapshot = options.snapshot === true || resource.length > 0;
  const snapshot = {
    ...(resource.length === 0 ? {} : { resources: resource }),
    ...(namespace.length === 0 ? {} : { namespaces: namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
  const recorder = await startRecorder({
    upstream: kubeconfigPath(options.kubeconfig),
    cassette: newCassettePath(output),
    ...(context === undefined ? {} : { context }),
    ...(wantsSnapshot ? { snapshot } : {}),
  });
  const folder = await mkdtemp(join(tmpdir(), 'towtank-record-'));
  const progress = showProgress(recorder);
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, recorder.kubeconfig, { mode: 0o600 });
    if (command.length > 0) await run(command, kubeconfig, stop);
    else {
      process.stderr.write(`${paint('green', 'recording. Ctrl-C ends it.')}\n  KUBECONFIG=${kubeconfig}\n`);
      await stop.received();
    }
  } finally {
    progress.end();
    await recorder.close();
    await rm(folder, { recursive: true, force: true });
  }
  process.stderr.write(`${summary(recorder)}\n`);
}

/** The first file of KUBECONFIG counts: merging several is what kubectl alone does. */
const kubeconfigPath = (option: string | undefined): string =>
  option ?? process.env.KUBECONFIG?.split(':')[0] ?? join(homedir(), '.kube', 'config');

async function run([program = '', ...args]: readonly string[], kubeconfig: string, stop: StopSignal): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
  const pass = (): void => void child.kill('SIGTERM');
  stop.signal.addEventListener('abort', pass, { once: true });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  stop.signal.removeEventListener('abort', pass);
  if (code !== 0 && !stop.signal.aborted) throw new Error(`${program} ended with ${code ?? signal}`);
}

/** A line that is written over and over, on a terminal only. */
function showProgress(recorder: Recorder): { end(): void } {
  if (!process.stderr.isTTY) return { end: () => {} };
  const timer = setInterval(() => process.stderr.write(`\r${summary(recorder)}\u001b[K`), PROGRESS_MS);
  timer.unref();
  return {
    end: () => {
      clearInterval(timer);
      process.stderr.write('\r\u001b[K');
    },
  };
}

function summary({ progress, snapshot }: Recorder): string {
  const { requests, openStreams, frames, bytes } = progress;
  const state = snapshot === undefined ? '' : `, ${snapshot.objects} objects, ${snapshot.changes} changes`;
  return `recorded ${requests} requests, ${openStreams} open watches, ${frames} frames${state}, ${bytes} bytes`;
}
