/** pods/exec and pods/attach: the streams of a container over a WebSocket, or over SPDY. */
import { type Readable, Writable } from 'node:stream';
import { type ApiResponse, badRequest, isStatusError, type Status } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { parseBoolean } from '../registry/list-options.ts';
import { type ChannelFraming, Channels } from './channels.ts';
import { connectResponse } from './connect-response.ts';
import {
  type ContainerStreams,
  ERROR,
  onSpdyStreams,
  RESIZE,
  STDERR,
  STDIN,
  STDOUT,
  streamsOfChannels,
} from './container-streams.ts';
import type { MessageConnection } from './message-connection.ts';
import type { ContainerTarget, NodeConnector } from './node-connector.ts';
import { containerTarget, requireNodes } from './pod-target.ts';
import { type TerminalSize, TerminalSizes } from './terminal-sizes.ts';

/** The protocols by which the streams travel; the empty one is that of clients which ask for none. */
const FRAMINGS: Readonly<Record<string, ChannelFraming & { readonly status: boolean }>> = {
  'v5.channel.k8s.io': { base64: false, closes: true, status: true },
  'v4.channel.k8s.io': { base64: false, closes: false, status: true },
  'v4.base64.channel.k8s.io': { base64: true, closes: false, status: true },
  'channel.k8s.io': { base64: false, closes: false, status: false },
  'base64.channel.k8s.io': { base64: true, closes: false, status: false },
  '': { base64: false, closes: false, status: false },
};

/** The same over SPDY: whether the end is told as a Status, and whether terminals change their size. */
const SPDY_PROTOCOLS: Readonly<Record<string, { readonly status: boolean; readonly resizes: boolean }>> = {
  'v4.channel.k8s.io': { status: true, resizes: true },
  'v3.channel.k8s.io': { status: false, resizes: true },
  'v2.channel.k8s.io': { status: false, resizes: false },
  'channel.k8s.io': { status: false, resizes: false },
  '': { status: false, resizes: false },
};

interface StreamOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** What a client has at its end of the connection. */
interface Terminal {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty: boolean;
  readonly resizes: AsyncIterable<TerminalSize> | undefined;
  /** Aborted when the client goes. */
  readonly signal: AbortSignal;
}

/** What runs while the connection is open: a command, or a look at what runs already. */
type Work = (terminal: Terminal) => Promise<number>;

/** Runs a command in a container. */
export async function execHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const options = streamOptions(call);
  const target = await containerTarget(call);
  const connector = requireNodes(nodes);
  const command = call.attributes.query.getAll('command');
  return streams(call, options, (terminal) => connector.exec({ ...target, ...terminal, command }));
}

/** Joins a container: shows what it writes from now on, and passes on what is typed. */
export async function attachHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const options = streamOptions(call);
  const target: ContainerTarget = await containerTarget(call);
  const connector = requireNodes(nodes);
  return streams(call, options, async (terminal) => {
    await connector.attach({ ...target, ...terminal });
    return 0;
  });
}

/** A terminal has one output: what would be stderr comes on stdout. */
function streamOptions({ attributes: { query } }: ApiCall): StreamOptions {
  const isOn = (name: string): boolean => parseBoolean(query, name) ?? false;
  const tty = isOn('tty');
  const options = { stdin: isOn('stdin'), stdout: isOn('stdout'), stderr: isOn('stderr') && !tty, tty };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  return options;
}

const discarding = (): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(),
  });

const named = (protocols: object): string[] => Object.keys(protocols).filter((protocol) => protocol !== '');

function streams({ environment: { clock } }: ApiCall, options: StreamOptions, work: Work): ApiResponse {
  return connectResponse({
    webSocket: {
      protocols: named(FRAMINGS),
      run(connection, protocol) {
        const framing = FRAMINGS[protocol] ?? (FRAMINGS[''] as (typeof FRAMINGS)[string]);
        const channels = new Channels(connection, framing);
        // the first output says that the connection stands
        channels.send(options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, new Uint8Array());
        const session = { connection, streams: streamsOfChannels(channels, connection), resizes: options.tty };
        void runToEnd(session, options, framing.status, work);
      },
    },
    spdy: {
      protocols: named(SPDY_PROTOCOLS),
      run(connection, protocol) {
        const { status, resizes } = SPDY_PROTOCOLS[protocol] ?? { status: false, resizes: false };
        const hasSizes = options.tty && resizes;
        const { stdin, stdout, stderr } = options;
        const wanted = [
          [ERROR, true],
          [STDIN, stdin],
          [STDOUT, stdout],
          [STDERR, stderr],
          [RESIZE, hasSizes],
        ] as const;
        const expected = wanted.filter(([, isWanted]) => isWanted).map(([number]) => number);
        onSpdyStreams(connection, expected, clock, (opened) => {
          void runToEnd({ connection, streams: opened, resizes: hasSizes }, options, status, work);
        });
      },
    },
  });
}

interface Session {
  readonly connection: MessageConnection;
  readonly streams: ContainerStreams;
  /** Whether the client tells how large its terminal is. */
  readonly resizes: boolean;
}

async function runToEnd(
  { connection, streams, resizes }: Session,
  options: StreamOptions,
  tellsStatus: boolean,
  work: Work,
): Promise<void> {
  const gone = new AbortController();
  connection.onClose(() => gone.abort());
  const terminal: Terminal = {
    stdin: options.stdin ? streams.input(STDIN) : undefined,
    stdout: options.stdout ? streams.output(STDOUT) : discarding(),
    stderr: options.stderr ? streams.output(STDERR) : discarding(),
    tty: options.tty,
    resizes: resizes ? new TerminalSizes(streams.input(RESIZE)) : undefined,
    signal: gone.signal,
  };
  const status = await work(terminal).then(statusOfCode, statusOfError);
  if (tellsStatus) await streams.end(JSON.stringify(status));
  else await streams.end(status.status === 'Success' ? '' : (status.message ?? ''));
}

type EndStatus = Pick<Status, 'status' | 'message' | 'reason' | 'code'> & { details?: object; metadata: object };

function statusOfCode(code: number): EndStatus {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function statusOfError(reason: unknown): EndStatus {
  if (isStatusError(reason)) {
    const { message = '', reason: why = '', code = 500 } = reason.toStatus();
    return { metadata: {}, status: 'Failure', message, reason: why, code };
  }
  const message = reason instanceof Error ? reason.message : String(reason);
  const details = { causes: [{ message }] };
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', details, code: 500 };
}
