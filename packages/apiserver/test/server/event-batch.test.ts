/** Events that are written together are encoded together, once for all watchers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventBatch } from '../../src/server/event-batch.ts';

const test = suite('event batch');
const [a, b] = [Buffer.from('{"a":1}\n'), Buffer.from('{"b":22}\n')];

test('each frame is a chunk, in order', () => {
  const batch = new EventBatch().with(a).with(b);
  assert.is(batch.bytes().toString(), '8\r\n{"a":1}\n\r\n9\r\n{"b":22}\n\r\n');
});

test('the same frames in the same order have the same bytes', () => {
  const none = new EventBatch();
  assert.is(none.with(a).with(b).bytes(), none.with(a).with(b).bytes());
});

test('another order has other bytes', () => {
  const none = new EventBatch();
  assert.is(none.with(b).with(a).bytes().toString(), '9\r\n{"b":22}\n\r\n8\r\n{"a":1}\n\r\n');
});

test('what is forgotten is made anew', () => {
  const none = new EventBatch();
  const before = none.with(a).bytes();
  none.forget();
  assert.is.not(none.with(a).bytes(), before);
});

test('a batch is full in time', () => {
  let batch = new EventBatch();
  assert.not(batch.with(a).isFull);
  for (let index = 0; index < 300; index += 1) batch = batch.with(Buffer.alloc(1024));
  assert.ok(batch.isFull);
});

test.run();
