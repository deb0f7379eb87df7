/** One cassette for one test: recorded, replayed, or whichever fits. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recorder, type RecorderOptions, startRecorder } from '../record/recorder.ts';
import type { Upstream } from '../record/upstream.ts';
import type { RecordedRequest, Replay, ReplayOptions } from '../replay/replay-server.ts';
import { startReplay } from '../replay/replay-server.ts';

/** What is done with the cassette: `auto` records where there is none, `update` records anew. */
export type CassetteMode = 'record' | 'replay' | 'auto' | 'update';

const MODES: readonly string[] = ['record', 'replay', 'auto', 'update'] satisfies CassetteMode[];

/** Options of a cassette in a suite. */
export interface UseCassetteOptions {
  /** Default: `TOWTANK_MODE` of the environment, else `auto`. */
  readonly mode?: CassetteMode;
  /** Where cassettes are kept. Default `fixtures/cassettes`. */
  readonly folder?: string | undefined;
  /** The API server to record: a kubeconfig as text or path, an upstream, or a function that answers one when needed. */
  readonly upstream?: Upstream | string | (() => Promise<Upstream | string>) | undefined;
  readonly record?: Omit<RecorderOptions, 'upstream' | 'cassette'>;
  readonly replay?: Omit<ReplayOptions, 'cassette'>;
  /** Told at the end of a replay of the recorded requests that nobody has made. Default: they are an error. */
  readonly unused?: (requests: readonly RecordedRequest[]) => void;
  /** Default: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A cassette in use. */
export interface UsedCassette extends AsyncDisposable {
  readonly mode: 'record' | 'replay';
  /** Path of the cassette. */
  readonly path: string;
  /** Where clients connect to. */
  readonly url: string;
  /** For kubectl, helm and client libraries, as YAML text. */
  readonly kubeconfig: string;
  /** Ends it. After a replay it rejects with what did not match and what was not used. */
  close(): Promise<void>;
}

/**
 * Records or replays the cassette of a test, which is named after it. In CI a cassette that is missing is an error:
 * nothing is recorded there by accident.
 *
 * @example
 * await using cassette = await useCassette('web scales', { upstream: process.env.KUBECONFIG });
 */
export async function useCassette(name: string, options: UseCassetteOptions = {}): Promise<UsedCassette> {
  const { folder = 'fixtures/cassettes', environment = process.env } = options;
  const path = join(folder, `${cassetteName(name)}.jsonl`);
  const mode = options.mode ?? modeOf(environment.TOWTANK_MODE);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const isCi = environment.CI !== undefined && !['', '0', 'false'].includes(environment.CI);
  const records = mode === 'record' || mode === 'update' || (mode === 'auto' && !exists && !isCi);
  if (records) return used('record', path, await startRecording(path, options), options);
  if (!exists) throw new Error(missing(path, mode, isCi));
  return used('replay', path, await startReplay({ ...options.replay, cassette: path }), options);
}

/** The name of a file for the name of a test: words in lower case, joined by dashes. */
export const cassetteName = (test: string): string =>
  test
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

function modeOf(text: string | undefined): CassetteMode {
  if (text === undefined || text === '') return 'auto';
  if (MODES.includes(text)) return text as CassetteMode;
  throw new Error(`TOWTANK_MODE must be one of ${MODES.join(', ')}, not "${text}"`);
}

const missing = (path: string, mode: CassetteMode, isCi: boolean): string =>
  isCi && mode === 'auto'
    ? `there is no cassette ${path}, and in CI none is recorded: record it with TOWTANK_MODE=record and commit it`
    : `there is no cassette ${path}: record it with TOWTANK_MODE=record`;

async function startRecording(path: string, { upstream, record }: UseCassetteOptions): Promise<Recorder> {
  const found = typeof upstream === 'function' ? await upstream() : upstream;
  if (found === undefined) throw new Error(`the cassette ${path} cannot be recorded: no upstream is given`);
  return await startRecorder({ ...record, upstream: found, cassette: path });
}

function used(
  mode: 'record' | 'replay',
  path: string,
  running: Recorder | Replay,
  { unused }: UseCassetteOptions,
): UsedCassette {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= running.close().then(() => {
      if ('mismatches' in running) assertReplayed(running, path, unused);
    });
    return closed;
  };
  return { mode, path, url: running.url, kubeconfig: running.kubeconfig, close, [Symbol.asyncDispose]: close };
}

function assertReplayed(replay: Replay, path: string, report: UseCassetteOptions['unused']): void {
  const [mismatch] = replay.mismatches;
  if (mismatch !== undefined) throw mismatch;
  const { unused } = replay;
  if (unused.length === 0) return;
  if (report !== undefined) return report(unused);
  const list = unused.map(({ method, url, line }) => `  line ${line}: ${method} ${url}`);
  throw new Error([`${path} holds requests that were not made:`, ...list].join('\n'));
}
