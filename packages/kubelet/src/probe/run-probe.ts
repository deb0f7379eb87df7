/** One probe: a request, a connection or a command. */
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { type Clock, formatQuantity } from '@towtank/apimachinery';
import type { Source, VirtualNetwork } from '@towtank/network';
import type { Container, ProbeAction } from '../pod/pod.ts';

/** What came of a probe. */
export interface ProbeResult {
  readonly ok: boolean;
  /** Why not, in the kubelet's words. */
  readonly message: string;
}

/** What a probe needs. */
export interface RunProbeOptions {
  readonly container: Container;
  readonly podIP: string;
  readonly network: VirtualNetwork;
  /** The node: probes come from there. */
  readonly source: Source;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Runs a command in the container; the exit code and what it printed. */
  readonly exec: (command: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>;
}

const OK: ProbeResult = { ok: true, message: '' };
/** Characters of an answer that are kept. */
const BODY_LIMIT = 10_240;

/** Runs a probe. Never rejects: whatever goes wrong is a failed probe. */
export async function runProbe(action: ProbeAction, options: RunProbeOptions): Promise<ProbeResult> {
  const abort = new AbortController();
  const timer = options.clock.schedule(options.timeoutMs, () => abort.abort());
  try {
    return await act(action, options, abort.signal);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    timer.cancel();
  }
}

/** The number of a port given by number or name. */
export function portNumber(port: number | string, { ports = [] }: Container): number {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  const named = ports.find(({ name }) => name === port);
  if (named === undefined) throw new Error(`couldn't find port: "${port}"`);
  return named.containerPort;
}

function act(action: ProbeAction, options: RunProbeOptions, signal: AbortSignal): Promise<ProbeResult> {
  if (action.httpGet !== undefined) return httpProbe(action.httpGet, options, signal);
  if (action.tcpSocket !== undefined) return tcpProbe(action.tcpSocket, options, signal);
  if (action.exec !== undefined) return execProbe(action.exec.command ?? [], options, signal);
  if (action.grpc !== undefined)
    return Promise.resolve({ ok: false, message: 'gRPC probes are not supported by simulated nodes' });
  return Promise.resolve(OK);
}

function httpProbe(
  { path = '/', port, host, scheme = 'HTTP', httpHeaders = [] }: NonNullable<ProbeAction['httpGet']>,
  { container, podIP, network, source }: RunProbeOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const number = portNumber(port, container);
  const address = host || podIP;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of httpHeaders) headers[name.toLowerCase()] = value;
  const secure = scheme === 'HTTPS';
  const url = `${scheme.toLowerCase()}://${address}:${number}${path.startsWith('/') ? path : `/${path}`}`;
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve({ ok: false, message: `Get "${url}": ${why}` });
    const outgoing = (secure ? secureRequest : request)({
      method: 'GET',
      path: path.startsWith('/') ? path : `/${path}`,
      host: address,
      port: number,
      headers: { host: `${address}:${number}`, ...headers },
      rejectUnauthorized: false,
      createConnection() {
        const socket = network.connect({ host: address, port: number, from: source });
        return secure ? connectTls({ socket, rejectUnauthorized: false }) : socket;
      },
    });
    const timeOut = (): void => {
      fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
      outgoing.destroy();
    };
    if (signal.aborted) timeOut();
    signal.addEventListener('abort', timeOut, { once: true });
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(connectError(error, address, number)));
    outgoing.on('response', (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT) response.destroy();
      });
      response.on('close', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 400) resolve(OK);
        else resolve({ ok: false, message: `HTTP probe failed with statuscode: ${statusCode}` });
      });
    });
    outgoing.end();
  });
}

async function tcpProbe(
  { port, host }: NonNullable<ProbeAction['tcpSocket']>,
  { container, podIP, network, source }: RunProbeOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const number = portNumber(port, container);
  const address = host || podIP;
  try {
    const socket = await network.dial({ host: address, port: number, from: source, signal });
    socket.on('error', () => {});
    socket.destroy();
    return OK;
  } catch (error) {
    return { ok: false, message: connectError(error as NodeJS.ErrnoException, address, number) };
  }
}

async function execProbe(
  command: readonly string[],
  { exec, timeoutMs }: RunProbeOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const timedOut = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  const result = await Promise.race([exec(command), timedOut]);
  if (result !== undefined) return result.code === 0 ? OK : { ok: false, message: result.output };
  const seconds = formatQuantity({ nano: BigInt(timeoutMs) * 1_000_000n, format: 'DecimalSI' });
  return { ok: false, message: `command "${command.join(' ')}" timed out after ${seconds}s` };
}

/** Failures to connect as Go's net package words them. */
function connectError({ code, message, name }: NodeJS.ErrnoException, host: string, port: number): string {
  const dial = `dial tcp ${host}:${port}: `;
  if (code === 'ECONNREFUSED') return `${dial}connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `${dial}connect: no route to host`;
  if (code === 'ETIMEDOUT' || name === 'AbortError') return `${dial}i/o timeout`;
  return code === 'ECONNRESET' ? 'EOF' : message;
}
