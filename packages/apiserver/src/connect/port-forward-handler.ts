/** pods/portforward: connections to the ports of a pod, through the API server. */
import type { Duplex, PassThrough } from 'node:stream';
import { type ApiResponse, badRequest } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { Channels } from './channels.ts';
import { connectResponse } from './connect-response.ts';
import type { MessageConnection } from './message-connection.ts';
import type { NodeConnector } from './node-connector.ts';
import { checkNode, podOf, requireNodes } from './pod-target.ts';
import { SpdySession, type SpdyStream } from './spdy-session.ts';

const PORT_FORWARD = 'portforward.k8s.io';
/** What kubectl speaks: SPDY inside of a WebSocket. */
const TUNNEL = `SPDY/3.1+${PORT_FORWARD}`;
const CHANNELS = 'v4.channel.k8s.io';

/** Opens a connection to a port. Rejects with the error that the client is told. */
type Dial = (port: number) => Promise<Duplex>;

/** Forwards any number of connections: the client names their ports as it opens them. */
export async function portForwardHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const { namespace, name, query } = call.attributes;
  const pod = await podOf(call);
  await checkNode(call, pod);
  const connector = requireNodes(nodes);
  const ports = query.getAll('ports').flatMap((text) => text.split(',').map(parsePort));
  const dial: Dial = async (port) => {
    try {
      return await connector.connect({ namespace, pod: name, port });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`error forwarding port ${port} to pod ${pod.metadata.uid}, uid : ${why}`, { cause });
    }
  };
  return connectResponse({
    webSocket: {
      protocols: [TUNNEL, CHANNELS],
      run(connection, protocol) {
        if (protocol === TUNNEL) serveSpdy(connection, dial);
        else serveChannels(connection, ports, dial);
      },
    },
    spdy: { protocols: [PORT_FORWARD], run: (connection) => serveSpdy(connection, dial) },
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw badRequest(
    `unable to parse ${JSON.stringify(text)} as a port: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** A connection is a pair of streams with one request id: one for its errors, one for its data. */
function serveSpdy(connection: MessageConnection, dial: Dial): void {
  const errors = new Map<string, SpdyStream>();
  void new SpdySession(connection, (stream) => {
    const { headers } = stream;
    const id = headers.get('requestid') ?? '';
    if (headers.get('streamtype') === 'error') {
      errors.set(id, stream);
      stream.resume();
      return;
    }
    const errorStream = errors.get(id);
    errors.delete(id);
    if (errorStream === undefined) stream.destroy();
    else void forward(dial(Number(headers.get('port'))), { input: stream, output: stream, errors: errorStream });
  });
}

/** The older form: two channels for each port that the query names, each beginning with the port's number. */
function serveChannels(connection: MessageConnection, ports: readonly number[], dial: Dial): void {
  const channels = new Channels(connection, { base64: false, closes: false });
  for (const [index, port] of ports.entries()) {
    const [data, error] = [index * 2, index * 2 + 1];
    const announcement = Buffer.alloc(2);
    announcement.writeUInt16LE(port);
    const input: PassThrough = channels.input(data);
    channels.send(data, announcement);
    channels.send(error, announcement);
    const closing = forward(dial(port), { input, output: channels.output(data), errors: channels.output(error) });
    if (ports.length === 1) void closing.then(() => connection.close());
  }
}

interface ForwardStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
}

/** Copies both ways until both have ended. */
async function forward(connecting: Promise<Duplex>, { input, output, errors }: ForwardStreams): Promise<void> {
  let socket: Duplex;
  try {
    socket = await connecting;
  } catch (reason) {
    errors.end(reason instanceof Error ? reason.message : String(reason));
    output.end();
    return;
  }
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.on('error', () => socket.destroy());
    output.once('close', () => socket.destroy());
    input.pipe(socket);
    socket.pipe(output);
  });
  output.end();
  errors.end();
}
