/** pods/exec and pods/attach: the streams of a container over a WebSocket. */
import { Writable } from 'node:stream';
import { type ApiResponse, badRequest, isStatusError, type Status } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { parseBoolean } from '../registry/list-options.ts';
import { type ChannelFraming, Channels } from './channels.ts';
import { connectResponse } from './connect-response.ts';
import type { MessageConnection } from './message-connection.ts';
import type { ContainerTarget, NodeConnector } from './node-connector.ts';
import { containerTarget, requireNodes } from './pod-target.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;

/** The protocols by which the streams travel; the empty one is that of clients which ask for none. */
const FRAMINGS: Readonly<Record<string, ChannelFraming & { readonly status: boolean }>> = {
  'v5.channel.k8s.io': { base64: false, closes: true, status: true },
  'v4.channel.k8s.io': { base64: false, closes: false, status: true },
  'v4.base64.channel.k8s.io': { base64: true, closes: false, status: true },
  'channel.k8s.io': { base64: false, closes: false, status: false },
  'base64.channel.k8s.io': { base64: true, closes: false, status: false },
  '': { base64: false, closes: false, status: false },
};

interface StreamOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** What runs while the connection is open: a command, or a look at what runs already. */
type Work = (channels: Channels, signal: AbortSignal) => Promise<number>;

/** Runs a command in a container. */
export async function execHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const options = streamOptions(call);
  const target = await containerTarget(call);
  const connector = requireNodes(nodes);
  const command = call.attributes.query.getAll('command');
  return streams(options, (channels, signal) => {
    const stdin = options.stdin ? channels.input(STDIN) : undefined;
    const stdout = options.stdout ? channels.output(STDOUT) : discarding();
    const stderr = options.stderr ? channels.output(STDERR) : discarding();
    if (options.tty) channels.input(RESIZE).resume();
    return connector.exec({ ...target, command, stdin, stdout, stderr, tty: options.tty, signal });
  });
}

/** Shows what a container writes from now on. */
export async function attachHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const options = streamOptions(call);
  const target: ContainerTarget = await containerTarget(call);
  const connector = requireNodes(nodes);
  return streams(options, async (channels, signal) => {
    if (options.stdin) channels.input(STDIN).resume();
    if (options.tty) channels.input(RESIZE).resume();
    await connector.attach({ ...target, stdout: options.stdout ? channels.output(STDOUT) : discarding(), signal });
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

function streams(options: StreamOptions, work: Work): ApiResponse {
  return connectResponse({
    protocols: Object.keys(FRAMINGS).filter((protocol) => protocol !== ''),
    run(connection, protocol) {
      const framing = FRAMINGS[protocol] ?? (FRAMINGS[''] as (typeof FRAMINGS)[string]);
      const channels = new Channels(connection, framing);
      // the first output says that the connection stands
      channels.send(options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, new Uint8Array());
      void runToEnd(connection, channels, framing.status, work);
    },
  });
}

async function runToEnd(
  connection: MessageConnection,
  channels: Channels,
  tellsStatus: boolean,
  work: Work,
): Promise<void> {
  const gone = new AbortController();
  connection.onClose(() => gone.abort());
  const status = await work(channels, gone.signal).then(statusOfCode, statusOfError);
  await channels.finish();
  if (gone.signal.aborted) return;
  if (tellsStatus) channels.send(ERROR, Buffer.from(JSON.stringify(status)));
  else if (status.status !== 'Success') channels.send(ERROR, Buffer.from(status.message ?? ''));
  connection.close();
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
