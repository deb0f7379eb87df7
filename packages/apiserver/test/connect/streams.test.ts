/** Connections into pods, as older and newer clients speak them. */
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeConnector } from '../../src/connect/node-connector.ts';
import { messagesOf, open, startEcho, startWorld } from './_world.ts';

const test = suite('streams');
const EXEC = 'namespaces/default/pods/web/exec?command=x&stdin=true&stdout=true&stderr=true';
const ATTACH = 'namespaces/default/pods/web/attach?stdin=true&stdout=true';
const FORWARD = 'namespaces/default/pods/web/portforward?ports=80&ports=81';

/** A command that repeats its input in capitals, complains, and fails. */
const shouting: Partial<NodeConnector> = {
  async exec({ stdin, stdout, stderr }) {
    const [chunk] = await once(stdin as PassThrough, 'data');
    stdout.write(String(chunk).toUpperCase());
    stderr.write('hoarse');
    return 3;
  },
};
const FAILED = {
  metadata: {},
  status: 'Failure',
  message: 'command terminated with non-zero exit code: exit status 3',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: '3' }] },
};

for (const protocol of ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  test(`exec by ${protocol} tells its end as a Status`, async () => {
    await using world = await startWorld(shouting);
    const webSocket = open(world, EXEC, protocol);
    const messages = messagesOf(webSocket);
    await once(webSocket, 'open');
    assert.is(webSocket.protocol, protocol);
    webSocket.send(Buffer.from('\0quiet'));
    const { 1: out, 2: err, 3: status = '' } = await messages;
    assert.equal([out, err], ['QUIET', 'hoarse']);
    assert.equal(JSON.parse(status), FAILED);
  });

for (const protocol of ['channel.k8s.io', undefined])
  test(`exec by ${protocol ?? 'no protocol at all'} tells its end in words`, async () => {
    await using world = await startWorld(shouting);
    const webSocket = open(world, EXEC, protocol);
    const messages = messagesOf(webSocket);
    await once(webSocket, 'open');
    webSocket.send(Buffer.from('\0quiet'));
    assert.equal(await messages, { 1: 'QUIET', 2: 'hoarse', 3: FAILED.message });
  });

test('exec by v4.base64.channel.k8s.io is text both ways', async () => {
  await using world = await startWorld(shouting);
  const webSocket = open(world, EXEC, 'v4.base64.channel.k8s.io');
  const messages = messagesOf(webSocket);
  await once(webSocket, 'open');
  webSocket.send(`0${Buffer.from('quiet').toString('base64')}`);
  const { 49: out = '' } = await messages;
  assert.is(Buffer.from(out, 'base64').toString(), 'QUIET');
});

test('a terminal tells how large it is', async () => {
  await using world = await startWorld({
    async exec({ resizes, stdout, tty }) {
      for await (const { width, height } of resizes ?? []) {
        stdout.write(`${tty} ${width}x${height}`);
        return 0;
      }
      return 1;
    },
  });
  const webSocket = open(world, `${EXEC}&tty=true`, 'v4.channel.k8s.io');
  const messages = messagesOf(webSocket);
  await once(webSocket, 'open');
  webSocket.send(Buffer.from('\u0004{"Width":80,"Height":24}'));
  assert.is((await messages)[1], 'true 80x24');
});

test('attach passes on what is typed', async () => {
  await using world = await startWorld({
    async attach({ stdin, stdout }) {
      const [chunk] = await once(stdin as PassThrough, 'data');
      stdout.write(`heard ${chunk}`);
    },
  });
  const webSocket = open(world, ATTACH, 'v5.channel.k8s.io');
  const messages = messagesOf(webSocket);
  await once(webSocket, 'open');
  webSocket.send(Buffer.from('\0hello'));
  assert.is((await messages)[1], 'heard hello');
});

test('a client that goes takes its command with it', async () => {
  let aborted: Promise<unknown> | undefined;
  const running = new PassThrough();
  await using world = await startWorld({
    async exec({ signal }) {
      aborted = once(signal as AbortSignal, 'abort');
      running.write('it runs');
      await aborted;
      return 0;
    },
  });
  const webSocket = open(world, EXEC, 'v5.channel.k8s.io');
  await Promise.all([once(webSocket, 'open'), once(running, 'readable')]);
  webSocket.terminate();
  await aborted;
});

test('port-forward by v4.channel.k8s.io has two channels for each port, which begin with its number', async () => {
  await using world = await startWorld({
    async connect({ port }) {
      if (port === 81) throw new Error('connection refused');
      return Duplex.from(async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) yield chunk.toString().toUpperCase();
      });
    },
  });
  const webSocket = open(world, FORWARD, 'v4.channel.k8s.io');
  const texts: string[] = ['', '', '', ''];
  const complete = new Promise<void>((resolve) =>
    webSocket.on('message', (data: Buffer) => {
      texts[data[0] ?? 0] += data.subarray(1).toString('latin1');
      if (texts[0] === 'P\0HELLO' && (texts[3]?.length ?? 0) > 2) resolve();
    }),
  );
  await once(webSocket, 'open');
  webSocket.send(Buffer.from('\0hello'));
  await complete;
  assert.is(texts[1], 'P\0');
  assert.is(texts[2], 'Q\0');
  assert.match(texts[3] ?? '', /^Q\0error forwarding port 81 to pod .*: connection refused$/);
  webSocket.terminate();
});

const PROXIES: [name: string, path: string, address: string][] = [
  ['a pod', 'namespaces/default/pods/web/proxy/chat?room=1', '10.244.0.5:80'],
  ['a service', 'namespaces/default/services/web/proxy/chat?room=1', '10.244.0.5:80'],
  ['a node', 'nodes/http:n1:8080/proxy/chat?room=1', '172.18.0.9:8080'],
];
for (const [name, path, address] of PROXIES) {
  test(`a WebSocket goes through the proxy of ${name}, without the credential`, async () => {
    await using echo = await startEcho();
    const dialled: string[] = [];
    await using world = await startWorld({
      dial: (to) => {
        dialled.push(`${to.host}:${to.port}`);
        return echo.dial(to);
      },
    });
    const webSocket = open(world, path, 'chat');
    const [greeting] = await once(webSocket, 'message');
    assert.is(String(greeting), '/chat?room=1 nobody chat');
    webSocket.send('hello');
    assert.is(String((await once(webSocket, 'message'))[0]), 'hello');
    assert.equal(dialled, [address]);
    const closed = once(webSocket, 'close');
    webSocket.close();
    await closed;
  });

  test(`a request goes through the proxy of ${name}`, async () => {
    await using echo = await startEcho();
    await using world = await startWorld({ dial: echo.dial });
    const url = `${world.listener.url}/api/v1/${path}`;
    const answer = await fetch(url, { method: 'PUT', headers: { authorization: 'Bearer admin' } });
    assert.is(await answer.text(), 'PUT /chat?room=1');
  });
}

const REFUSALS: [name: string, path: string, token: string, status: number, message: RegExp][] = [
  [
    'who may only read may not exec, although a WebSocket begins with GET',
    EXEC,
    'jane',
    403,
    /^pods "web" is forbidden: User "jane" cannot create resource "pods\/exec" in API group "" in the namespace "default"$/,
  ],
  ['an exec without a stream is refused', EXEC.replaceAll('=true', '=false'), 'admin', 400, /at least 1 of stdin/],
  ['a proxy that does not answer is told', 'namespaces/default/pods/web:9/proxy/', 'admin', 503, /connection refused$/],
];
for (const [name, path, token, status, message] of REFUSALS)
  test(name, async () => {
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    await using world = await startWorld({ dial: () => Promise.reject(refused) });
    const webSocket = open(world, path, 'v5.channel.k8s.io', token);
    webSocket.on('error', () => {});
    const [, response] = await once(webSocket, 'unexpected-response');
    let text = '';
    for await (const chunk of response) text += chunk;
    assert.is(response.statusCode, status);
    assert.match(JSON.parse(text).message, message);
  });

test.run();
