/** Large answers travel compressed, to clients that take them so. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compressor, takesGzip } from '../../src/negotiation/compress.ts';

const test = suite('compress');

const HEADERS: [string | undefined, boolean][] = [
  [undefined, false],
  ['', false],
  ['identity', false],
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['br, gzip;q=0', false],
  ['gzip;q=0.0', false],
];
for (const [header, takes] of HEADERS)
  test(`${header ?? 'no header'} ${takes ? 'takes' : 'does not take'} gzip`, () => assert.is(takesGzip(header), takes));

test('what is compressed is read back as it was', async () => {
  const bytes = Buffer.from('towtank '.repeat(50_000));
  const compressed = await buffer(Readable.from([bytes]).pipe(compressor()));
  assert.ok(compressed.length < bytes.length / 20);
  assert.ok(gunzipSync(compressed).equals(bytes));
});

test.run();
