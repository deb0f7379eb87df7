/** `towtank replay`: serves a cassette to kubectl and anything else. */
import { writeFile } from 'node:fs/promises';
import { startReplay } from '@towtank/recorder';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startLiveReplay } from '../replay-live.ts';
import { cassettePath } from './cassette-path.ts';
import { paint } from './describe-cluster.ts';
import type { StopSignal } from './listen-for-stop.ts';
import { integer } from './up-options.ts';

interface ReplayOptions {
  readonly port: number;
  readonly mode: 'strict' | 'lenient' | 'live';
  readonly speed: number | 'instant' | 'step';
  readonly kubeconfig?: string;
}

/** The command. */
export const replayCommand = (stop: StopSignal): Command =>
  new Command('replay')
    .description('serve a recording as the cluster that it was')
    .argument('<cassette>', 'what was recorded; .jsonl may be left out', cassettePath)
    .option('--port <n>', 'where to serve it; 0 takes a free port', integer(0, 65_535), 0)
    .addOption(
      new Option('--mode <mode>', 'strict keeps to the recorded order, live seeds a real API server')
        .choices(['strict', 'lenient', 'live'])
        .default('strict'),
    )
    .option('--speed <speed>', '10x, instant, or step: a change for each line on standard input', speed, 1)
    .option('--kubeconfig <file>', 'write a kubeconfig there')
    .action((cassette: string, options: ReplayOptions) => replay(cassette, options, stop));

function speed(text: string): number | 'instant' | 'step' {
  if (text === 'instant' || text === 'step') return text;
  const factor = Number(text.replace(/x$/, ''));
  if (!(factor > 0)) throw new InvalidArgumentError('It must be such as 10x, or instant or step.');
  return factor;
}

interface Served extends AsyncDisposable {
  readonly unserved?: readonly { readonly resource: string; readonly left: number }[];
  readonly url: string | undefined;
  readonly kubeconfig: string;
  step?(): Promise<number>;
}

async function replay(
  cassette: string,
  { port, mode, speed: pace, kubeconfig }: ReplayOptions,
  stop: StopSignal,
): Promise<void> {
  if (pace === 'step' && mode !== 'live') throw new Error('only a live replay can be stepped: add --mode live');
  await using served: Served =
    mode === 'live'
      ? await startLiveReplay({ cassette, port, speed: pace })
      : await startReplay({
          cassette,
          port,
          mode,
          speed: pace as number | 'instant',
          mismatch: ({ message }) => process.stderr.write(`${paint('red', message)}\n`),
        });
  if (kubeconfig !== undefined) await writeFile(kubeconfig, served.kubeconfig, { mode: 0o600 });
  process.stdout.write(`${paint('green', `replaying ${cassette} at ${served.url}. Ctrl-C stops it.`)}\n`);
  for (const { resource, left } of served.unserved ?? [])
    process.stderr.write(`${paint('red', `${resource} is not served here: ${left} objects are left out`)}\n`);
  if (pace === 'step') process.stdin.on('data', () => void served.step?.());
  await stop.received();
  process.stdin.pause();
}
