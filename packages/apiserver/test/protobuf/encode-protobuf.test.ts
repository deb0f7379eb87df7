/** Answers in protocol buffers: as Go writes them, and nothing is lost on the way. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeProtobuf } from '../../src/protobuf/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/protobuf/encode-protobuf.ts';
import { messageNameOf, messageType } from '../../src/protobuf/message-type.ts';
import { BODIES } from './_kubectl-bodies.ts';

const test = suite('answers in protocol buffers');

/** Go writes a time that is not set where there must be one; read as JSON it is not there. */
const LOSES_TIME = 'a token request, with a number';

for (const { name, body } of BODIES.filter((row) => row.name !== LOSES_TIME))
  test(`${name}, is written byte for byte as kubectl writes it`, () => {
    const decoded = decodeProtobuf(Buffer.from(body, 'base64'), 'Any');
    assert.is(encodeProtobuf(decoded).toString('base64'), body);
  });

/** What neither form can tell from nothing. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutZeros(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutZeros(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isZero(item)));
}

const isZero = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value as object).length === 0);

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Every object of a known type in what a real API server has answered. */
function* typedObjects(value: unknown): Generator<Typed> {
  if (typeof value !== 'object' || value === null) return;
  const { apiVersion, kind, metadata } = value as Typed & { metadata?: { name?: unknown } };
  const isTyped = typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
  if (isTyped && messageType(messageNameOf(apiVersion, kind)) !== undefined) yield value as Typed;
  for (const item of Object.values(value)) yield* typedObjects(item);
}

const answersIn = (file: string): unknown[] =>
  (JSON.parse(readFileSync(file, 'utf8')) as { response?: unknown }[]).map(({ response }) => response);

test('every recorded object comes back as it went', () => {
  const folder = resolve('fixtures/conformance');
  const kinds = new Set<string>();
  let count = 0;
  for (const file of readdirSync(folder).filter((name) => /^\d/.test(name)))
    for (const object of typedObjects(answersIn(resolve(folder, file)))) {
      const decoded = decodeProtobuf(encodeProtobuf(object), object.kind);
      assert.equal(withoutZeros(decoded), withoutZeros(object), `${file}: ${object.kind}`);
      kinds.add(object.kind);
      count += 1;
    }
  assert.ok(kinds.size > 25, `${kinds.size} kinds`);
  assert.ok(count > 300, `${count} objects`);
});

test.run();
