/** Cassettes are written in one way, read back exactly, and refused with line and reason when they are not whole. */
import { appendFileSync } from 'node:fs';
import { CASSETTE_SCHEMA, CassetteError, type CassetteRecord, CassetteWriter, readCassette } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, hashOf, storeBytes } from '../src/cassette/stored-body.ts';
import { Folder } from './_cassette-file.ts';

const test = suite('cassette');
const HASH = `sha256-${'0'.repeat(64)}`;
const request = { type: 'request', id: 1, at: 0, method: 'GET', url: '/api' };
const watch = { type: 'response', id: 1, at: 1, status: 200, stream: 'lines' };

async function readAll(path: string): Promise<CassetteRecord[]> {
  const records: CassetteRecord[] = [];
  for await (const { record } of readCassette(path)) records.push(record);
  return records;
}

async function failure(path: string): Promise<string> {
  try {
    await readAll(path);
  } catch (error) {
    if (error instanceof CassetteError) return `${error.line}: ${error.reason}`;
    throw error;
  }
  return 'no error';
}

for (const [name, bytes, kind] of [
  ['JSON', Buffer.from('{"b":1,"a":[1.5,null]}'), 'json'],
  ['JSON with a line feed', Buffer.from('{"kind":"List"}\n'), 'json'],
  ['JSON with blanks', Buffer.from('{"a": 1}'), 'text'],
  ['JSON with a number that cannot be printed the same', Buffer.from('{"a":1.0}'), 'text'],
  ['JSON with a field twice', Buffer.from('{"a":1,"a":2}'), 'text'],
  ['text with a byte order mark', Buffer.from('\ufeffhello'), 'text'],
  ['text with separators that end lines in JavaScript', Buffer.from('{"a":"\u2028\u2029"}'), 'json'],
  ['bytes that are not UTF-8', Buffer.from([0, 255, 254, 10]), 'base64'],
  ['nothing', Buffer.from(''), 'text'],
] as const)
  test(`${name} is stored as ${kind} and comes back byte for byte`, () => {
    const stored = storeBytes(bytes);
    assert.is(Object.keys(stored)[0], kind);
    assert.equal(bytesOf(JSON.parse(JSON.stringify(stored))), bytes);
  });

test('the order of fields is that of the format, not that of the program', async () => {
  using folder = new Folder();
  const path = folder.file('a.jsonl');
  await using writer = await CassetteWriter.open(path, { recorded: '2026-01-01T00:00:00Z' });
  const headers = { b: '2', a: '1' };
  await writer.write({ url: '/api', headers, method: 'GET', at: 3, id: 1, type: 'request' });
  await writer.close();
  assert.is(
    folder.read('a.jsonl'),
    '{"type":"cassette","version":1,"recorded":"2026-01-01T00:00:00Z"}\n' +
      '{"type":"request","id":1,"at":3,"method":"GET","url":"/api","headers":{"a":"1","b":"2"}}\n',
  );
});

test('a large body stands in the file once', async () => {
  using folder = new Folder();
  const path = folder.file('a.jsonl');
  const body = { text: 'x'.repeat(5000) };
  await using writer = await CassetteWriter.open(path, { recorded: '2026-01-01T00:00:00Z' });
  for (const id of [1, 2, 3]) {
    await writer.write({ type: 'request', id, at: id, method: 'GET', url: '/openapi' });
    await writer.write({ type: 'response', id, at: id, status: 200, body });
  }
  await writer.close();
  const records = await readAll(path);
  assert.is(records.filter(({ type }) => type === 'body').length, 1);
  assert.is(records.filter((record) => JSON.stringify(record).includes(hashOf(Buffer.from(body.text)))).length, 4);
});

test('the schema has a rule for each type of record', () => {
  assert.is((CASSETTE_SCHEMA.oneOf as unknown[]).length, 8);
});

for (const [name, records, expected] of [
  ['an unknown type', [{ type: 'reqeust', id: 1 }], '2: a record of type "reqeust" is not known'],
  ['a field that does not exist', [{ ...request, headrs: {} }], '2: request record: has the unknown field "headrs"'],
  [
    'a field that is missing',
    [{ type: 'request', id: 1, at: 0, url: '/' }],
    "2: request record: must have required property 'method'",
  ],
  ['a field of the wrong type', [{ ...request, at: 'now' }], '2: request record: at must be number'],
  [
    'a header in capitals',
    [{ ...request, headers: { Accept: 'a' } }],
    '2: request record: headers must match pattern "^[^A-Z\\s:]+$"',
  ],
  [
    'a body of two kinds',
    [{ ...request, body: { text: 'a', base64: '' } }],
    '2: request record: body must have one of json, text, base64, hash and omitted',
  ],
  ['an answer without a request', [{ ...watch, id: 7 }], '2: the answer of exchange 7 has no request'],
  ['two answers', [request, watch, watch], '4: exchange 1 is answered twice'],
  ['an exchange that begins twice', [request, request], '3: exchange 1 begins twice'],
  [
    'a frame of no stream',
    [request, { type: 'frame', id: 1, at: 2, body: { text: '' } }],
    '3: exchange 1 has no open stream',
  ],
  ['an end without a beginning', [{ type: 'end', id: 3, at: 0, by: 'server' }], '2: exchange 3 ends without a request'],
  [
    'a hash that leads nowhere',
    [{ ...request, body: { hash: HASH } }],
    `2: no body record before this line has the hash ${HASH}`,
  ],
  [
    'a body that was edited',
    [{ type: 'body', hash: HASH, body: { text: 'edited' } }],
    `2: the content has been changed: its hash is ${hashOf(Buffer.from('edited'))}, not ${HASH}`,
  ],
  [
    'a second header',
    [{ type: 'cassette', version: 1, recorded: '' }],
    '2: a second header: cassettes are joined by `towtank cassette merge`',
  ],
  ['a line that is no object', [[1]], '2: a line must be a JSON object'],
] as const)
  test(`${name} is an error with line and reason`, async () => {
    using folder = new Folder();
    assert.is(await failure(folder.cassette(records)), expected);
  });

test('a line that is not JSON is an error with line and reason', async () => {
  using folder = new Folder();
  const path = folder.cassette([request]);
  appendFileSync(path, '{"type":"response",\n{"type":"end","id":1,"at":1,"by":"server"}\n');
  assert.match(await failure(path), /^3: the line is not JSON: /);
});

test('a newer version is refused by its number, whatever else it holds', async () => {
  using folder = new Folder();
  const path = folder.file('new.jsonl', '{"type":"cassette","version":2,"shape":"round"}\n');
  assert.is(await failure(path), '1: the cassette is of version 2, and versions up to 1 can be read here');
});

for (const [name, text, expected] of [
  ['an empty file', '', '0: the file is empty, so it is no cassette'],
  ['another file', '{"name":"towtank"}\n', '1: the first line is not the header of a cassette'],
  ['half a header', '{"type":"casse', '1: the header line is incomplete'],
] as const)
  test(`${name} is no cassette`, async () => {
    using folder = new Folder();
    assert.is(await failure(folder.file('a.jsonl', text)), expected);
  });

test('a missing file is named', async () => {
  assert.match(await failure('nowhere/a.jsonl'), /^0: there is no such cassette/);
});

test('a file cut at any byte is read up to its last whole line', async () => {
  using folder = new Folder();
  const frames = ['a', 'ü', '\u2028'].map((text, at) => ({ type: 'frame', id: 1, at: at + 2, body: { text } }));
  const path = folder.cassette([request, watch, ...frames]);
  const bytes = Buffer.from(folder.read('test.jsonl'));
  for (let length = bytes.length - 150; length <= bytes.length; length += 1) {
    const cut = bytes.subarray(0, length);
    const lines = cut.toString().split('\n');
    const wholeTail = lines.at(-1)?.endsWith('}}') === true ? 1 : 0; // only its line feed is missing
    const read = await readAll(folder.file('cut.jsonl', cut));
    assert.is(read.length, lines.length - 1 + wholeTail, `${length} bytes`);
  }
  assert.is((await readAll(path)).length, 6);
});

test.run();
