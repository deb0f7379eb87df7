/** No credential reaches the disk that comes in pieces: across messages, channels and lines. */
import { type CassetteRecord, CassetteWriter, checkCassette, Redactor } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';

const test = suite('redaction of streams');
const PEM = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIr\nyR4nd0mB4s3\n-----END EC PRIVATE KEY-----\n';
const SECRETS: Readonly<Record<string, [text: string, secret: RegExp]>> = {
  'a bearer token': ['Authorization: Bearer opaque-token-77\r\n', /opaque-token-77/],
  'a JSON Web Token': ['it is eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl\n', /eyJhbGci.*/],
  'an AWS key': ['key AKIAABCDEFGHIJKLMNOP\n', /AKIA[A-Z]+/],
  'a GitHub token': [`use ghp_${'a1'.repeat(20)}\n`, /ghp_\w+/],
  'a private key': [PEM, /MHcC[^-]+/],
  'a password in a URL': ['postgres://app:urlpass@db/shop\n', /urlpass/],
  'an assigned password': ['PGPASSWORD=hunter2hunter2 psql\n', /hunter2hunter2/],
  'a credential of the upstream': ['it says swordfish-for-admin twice\n', /swordfish-for-admin/],
};
const EXEC = { status: 101, stream: 'websocket', headers: { 'sec-websocket-protocol': 'v5.channel.k8s.io' } } as const;
const FORWARD = { status: 101, stream: 'raw', headers: { upgrade: 'SPDY/3.1' } } as const;

function serverRedactor(head: Parameters<Redactor['frames']>[0]): { mask(message: Uint8Array): Buffer } {
  const frames = new Redactor({ literals: ['swordfish-for-admin'] }).frames(head, {
    url: '/api/v1/namespaces/d/pods/p/exec',
  });
  if (frames === undefined) throw new Error('its frames are documents');
  return frames.server;
}

/** What is written down of a text that the server sends in pieces, each made a message. */
function written(
  pieces: readonly string[],
  head: Parameters<Redactor['frames']>[0],
  frame: (text: string) => Buffer,
): string {
  const server = serverRedactor(head);
  return pieces.map((piece) => server.mask(frame(piece)).subarray(frame('').length).toString()).join('');
}

const stdout = (text: string): Buffer => Buffer.concat([Buffer.from([1]), Buffer.from(text)]);
function spdyData(text: string): Buffer {
  const head = Buffer.from([0, 0, 0, 3, 0, 0, 0, 0]);
  head.writeUIntBE(Buffer.byteLength(text), 5, 3);
  return Buffer.concat([head, Buffer.from(text)]);
}

for (const [name, [text, secret]] of Object.entries(SECRETS)) {
  const planted = secret.exec(text)?.[0] ?? '';
  test(`${name} is masked wherever a message ends`, () => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      const result = written([text.slice(0, cut), text.slice(cut)], EXEC, stdout);
      assert.is(result.length, text.length);
      // What a prefix gives away is that it is one.
      for (let at = 0; at + 6 <= planted.length; at += 1)
        assert.not.ok(result.includes(planted.slice(at, at + 6)), `cut at ${cut}: ${result}`);
    }
  });
  test(`${name} is masked when it comes byte by byte, through a forwarded port`, () => {
    const result = written([...text], FORWARD, spdyData);
    for (let at = 0; at + 6 <= planted.length; at += 1)
      assert.not.ok(result.includes(planted.slice(at, at + 6)), result);
  });
}

test('channels are read apart', () => {
  const server = serverRedactor(EXEC);
  const [first, other, rest] = ['\u0001token=abc', '\u0002an error\n', '\u0001123def456\n'].map((text) =>
    server.mask(Buffer.from(text)).toString(),
  );
  assert.equal([first, other, rest], ['\u0001token=***', '\u0002an error\n', '\u0001*********\n']);
});

for (const [name, text] of [
  ['what a shell prints', 'total 4\ndrwxr-xr-x 2 root root 4096 web\n$ '],
  ['an address with a port', 'listening on http://0.0.0.0:8080'],
  ['JSON', '{"kind":"Pod","metadata":{"name":"web"}}'],
] as const)
  test(`${name} is left alone`, () => assert.is(written([text], EXEC, stdout), text));

test('a Secret that a command prints is masked value by value', () => {
  const text = JSON.stringify({ apiVersion: 'v1', data: { a: 'c2VjcmV0' }, kind: 'Secret', metadata: { name: 's' } });
  assert.is(written([text], EXEC, stdout), text.replace('c2VjcmV0', '********'));
  const yaml = 'apiVersion: v1\nkind: Secret\nstringData:\n  a: |\n    first line\n    second\n';
  assert.is(written([yaml], EXEC, stdout), yaml.replace('first line', '*'.repeat(10)).replace('second', '******'));
});

test('the events of a watch over a WebSocket are documents', () => {
  assert.is(new Redactor().frames({ status: 101, stream: 'websocket' }, { url: '/api/v1/secrets?watch=1' }), undefined);
});

test('a key in the lines of a log is masked', () => {
  const log = { status: 200, stream: 'lines', headers: { 'content-type': 'text/plain' } } as const;
  const lines = PEM.split(/(?<=\n)/);
  const result = written(lines, log, Buffer.from);
  assert.not.match(result, /MHcC|R4nd/);
  assert.is(result.length, PEM.length);
});

test('a list of Secrets that broke off is not kept', () => {
  const context = { url: '/api/v1/secrets' };
  const part = new Redactor().body(Buffer.from('{"kind":"SecretList","items":[{"data":{"a":"c2Vjc'), context);
  assert.equal(part, { omitted: 'a part of a Secret' });
});

test('a check finds a credential that is spread over messages', async () => {
  using folder = new Folder();
  const path = folder.file('a.jsonl');
  const records: CassetteRecord[] = [
    { type: 'request', id: 1, at: 0, method: 'GET', url: '/exec' },
    { type: 'response', id: 1, at: 0, ...EXEC },
    ...['\u0001AKIAABCDEF', '\u0001GHIJKLMNOP\n'].map(
      (text) => ({ type: 'frame', id: 1, at: 0, op: 'binary', body: { text } }) as const,
    ),
  ];
  {
    await using writer = await CassetteWriter.open(path, { recorded: '2026-01-01T00:00:00Z' });
    for (const record of records) await writer.write(record);
  }
  const { leftovers } = await checkCassette(path);
  assert.equal(leftovers, [
    { line: 4, what: 'credential in a stream' },
    { line: 5, what: 'credential in a stream' },
  ]);
});

test.run();
