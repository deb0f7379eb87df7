/** What passes through a recorder reaches the client unchanged, and a replay gives the same again. */
import { once } from 'node:events';
import { type ClientRequest, get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { startRecorder, startReplay } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Folder } from './_cassette-file.ts';
import { EVENT, startUpstream } from './_upstream.ts';

const test = suite('record and replay');

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
  readonly error: string | undefined;
}

/** A bare request, so that nothing is unpacked or retried. */
function ask(url: string, headers = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const request: ClientRequest & { res?: unknown } = get(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const answer = (error?: string): void => {
        const bytes = Buffer.concat(chunks);
        const body = response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        resolve({ status: response.statusCode, headers: kept(response.headers), body: body.toString('latin1'), error });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => answer());
      response.on('error', (error: NodeJS.ErrnoException) => answer(error.code));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // newer releases of Node report here as well what breaks within the answer
      if (!request.res) resolve({ status: undefined, headers: {}, body: '', error: error.code });
    });
  });
}

/** Without what belongs to the connection, to the time, or is noise that no client acts upon. */
function kept(headers: Record<string, unknown>): Record<string, unknown> {
  const dropped = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'audit-id'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name)));
}

const ROWS = [
  { name: 'JSON with several warnings', path: '/json', body: '{"a":1}\n' },
  { name: 'a packed body', path: '/gzip', headers: { 'accept-encoding': 'gzip' }, body: '{"packed":true}' },
  { name: 'a chunked body', path: '/chunks', body: 'one two three' },
  { name: 'bytes', path: '/binary', body: '\u0000\u00ff\n\r\u00fe' },
  { name: 'no body', path: '/empty', body: '' },
  { name: 'an error', path: '/missing', body: 'no such path' },
  { name: 'a watch', path: '/watch?watch=true', body: EVENT(1) + EVENT(2) + EVENT(3) },
  { name: 'a reset before the answer', path: '/reset', body: '' },
  { name: 'a reset within the answer', path: '/half', body: 'only this' },
];

for (const { name, path, headers, body } of ROWS)
  test(`${name} is recorded and replayed`, async () => {
    using folder = new Folder();
    const cassette = folder.file('a.jsonl');
    await using upstream = await startUpstream();
    await using recorder = await startRecorder({ upstream, cassette });
    const direct = await ask(upstream.server + path, headers);
    const recorded = await ask(recorder.url + path, headers);
    await recorder.close();
    await using replay = await startReplay({ cassette });
    const replayed = await ask(replay.url + path, headers);
    assert.is(direct.body, body);
    assert.equal(recorded, direct);
    assert.equal(replayed, direct);
    assert.equal(replay.unused, []);
  });

const exec = async (url: string): Promise<string[]> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/exec?command=sh`, 'v5.channel.k8s.io');
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString());
    if (messages.length === 1) socket.send(Buffer.from('\u0000hello'));
    if (messages.length === 2) socket.send(Buffer.from('\u0000bye'));
  });
  const [code, reason] = await once(socket, 'close');
  return [...messages, `${code} ${reason} ${socket.protocol}`];
};

test('a WebSocket is recorded and replayed, each answer after its question', async () => {
  using folder = new Folder();
  const cassette = folder.file('a.jsonl');
  await using upstream = await startUpstream();
  const expected = ['\u0001ready\n', '\u0001hello', '\u0001bye', '1000 done v5.channel.k8s.io'];
  await using recorder = await startRecorder({ upstream, cassette });
  assert.equal(await exec(recorder.url), expected);
  await recorder.close();
  assert.match(folder.read('a.jsonl'), /"from":"client","op":"binary","body":\{"text":"\\u0000hello"\}/);
  await using replay = await startReplay({ cassette });
  assert.equal(await exec(replay.url), expected);
});

test('whoever knows the path is lent the credentials of the upstream; nobody else is', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream();
  const credentials = { server: upstream.server, token: 'of-the-upstream' };
  await using recorder = await startRecorder({ upstream: credentials, cassette: folder.file('a.jsonl') });
  await ask(`${recorder.url}/json`);
  await ask(`${recorder.url}/json`, { authorization: 'Bearer another-one' });
  await ask(`${new URL(recorder.url).origin}/json`);
  await recorder.close();
  const sent = upstream.seen.map(({ headers }) => headers.authorization);
  assert.equal(sent, ['Bearer of-the-upstream', 'Bearer another-one', undefined]);
  const text = folder.read('a.jsonl');
  const path = new URL(recorder.url).pathname.slice(1);
  for (const token of ['of-the-upstream', 'another-one', path]) assert.not.ok(text.includes(token), token);
});

test('an upstream that cannot be reached is an error that says so', async () => {
  using folder = new Folder();
  const { server } = await startUpstream().then(async (upstream) => {
    await upstream[Symbol.asyncDispose]();
    return upstream;
  });
  await using recorder = await startRecorder({ upstream: { server }, cassette: folder.file('a.jsonl') });
  const { status, body } = await ask(`${recorder.url}/json`);
  assert.is(status, 502);
  assert.match(body, /the recorder cannot reach 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
});

test('a watch that is open when the recording ends stays open in the replay', async () => {
  using folder = new Folder();
  const cassette = folder.file('a.jsonl');
  await using upstream = await startUpstream({
    '/open': (_, response) => void response.writeHead(200).write(EVENT(1)),
  });
  await using recorder = await startRecorder({ upstream, cassette });
  const first = async (url: string): Promise<string> => {
    const response = await fetch(`${url}/open?watch=1`);
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    return Buffer.from(value ?? []).toString();
  };
  assert.is(await first(recorder.url), EVENT(1));
  await recorder.close();
  await using replay = await startReplay({ cassette });
  assert.is(await first(replay.url), EVENT(1));
});

test('protocol buffers are asked for only by those who accept nothing else', async () => {
  using folder = new Folder();
  await using upstream = await startUpstream();
  await using recorder = await startRecorder({ upstream, cassette: folder.file('a.jsonl') });
  await ask(`${recorder.url}/json`, { accept: 'application/vnd.kubernetes.protobuf,application/json' });
  await ask(`${recorder.url}/json`, { accept: 'application/vnd.kubernetes.protobuf' });
  assert.equal(
    upstream.seen.map(({ headers }) => headers.accept),
    ['application/json', 'application/vnd.kubernetes.protobuf'],
  );
});

test.run();
