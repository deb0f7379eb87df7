import { isStatusError } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeProtobuf } from '../../src/protobuf/decode-protobuf.ts';
import { BODIES } from './_kubectl-bodies.ts';

const test = suite('protocol buffers');

for (const { name, body, object } of BODIES) {
  test(name, () => {
    assert.equal(decodeProtobuf(Buffer.from(body, 'base64'), 'Thing'), object);
  });
}

/** An envelope of this kind with this message. */
function envelope(apiVersion: string, kind: string, ...message: readonly Buffer[]): Buffer {
  const typeMeta = Buffer.concat([part(1, apiVersion), part(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), part(1, typeMeta), part(2, Buffer.concat(message))]);
}

/** A field of bytes; short ones, with small numbers. */
function part(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Uint8Array.of((number << 3) | 2, bytes.length), bytes]);
}

const CASES: { name: string; body: Buffer; object: object | undefined }[] = [
  {
    name: 'the fields of a volume source stand in the volume',
    body: envelope('v1', 'Pod', part(2, part(1, Buffer.concat([part(1, 'v'), part(2, part(2, ''))])))),
    object: { kind: 'Pod', apiVersion: 'v1', spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
  },
  {
    name: 'names of maps are only names',
    body: envelope('v1', 'ConfigMap', part(2, Buffer.concat([part(1, '__proto__'), part(2, 'x')]))),
    object: { kind: 'ConfigMap', apiVersion: 'v1', data: Object.fromEntries([['__proto__', 'x']]) },
  },
  {
    name: 'negative numbers take ten bytes',
    body: envelope('v1', 'DeleteOptions', Buffer.from('08ffffffffffffffffff01', 'hex')),
    object: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: -1 },
  },
  {
    name: 'options of a deletion are the same in every group',
    body: envelope('apps/v1', 'DeleteOptions', part(4, 'Orphan')),
    object: { kind: 'DeleteOptions', apiVersion: 'apps/v1', propagationPolicy: 'Orphan' },
  },
  {
    name: 'unknown fields are skipped',
    body: envelope('v1', 'ConfigMap', part(15, 'x')),
    object: { kind: 'ConfigMap', apiVersion: 'v1' },
  },
  {
    name: 'times of leases have microseconds',
    body: envelope(
      'coordination.k8s.io/v1',
      'Lease',
      part(2, Buffer.concat([part(3, Buffer.from('0800', 'hex')), part(4, Buffer.from('083c10c0843d', 'hex'))])),
    ),
    object: {
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      spec: { acquireTime: '1970-01-01T00:00:00.000000Z', renewTime: '1970-01-01T00:01:00.001000Z' },
    },
  },
  { name: 'custom kinds have no such form', body: envelope('acme.io/v1', 'Rocket'), object: undefined },
];
for (const { name, body, object } of CASES) {
  test(name, () => {
    assert.equal(decodeProtobuf(body, 'Thing'), object);
  });
}

test('text that is no message is a bad request', () => {
  for (const body of [Buffer.from('{}'), Buffer.from('k8s\0\u000f'), Buffer.from('k8s\0\n\u007f')]) {
    try {
      decodeProtobuf(body, 'Pod');
      assert.unreachable();
    } catch (reason) {
      assert.ok(isStatusError(reason));
      assert.is(reason.code, 400);
      assert.match(reason.message, /^the object provided is unrecognized \(must be of type Pod\): /);
    }
  }
});

test('a body cut short anywhere is a bad request or a smaller object', () => {
  const whole = Buffer.from(BODIES.at(-1)?.body ?? '', 'base64');
  for (let length = 0; length < whole.length; length += 1) {
    try {
      decodeProtobuf(whole.subarray(0, length), 'CronJob');
    } catch (reason) {
      assert.ok(isStatusError(reason), String(reason));
    }
  }
});

test.run();
