/** Content is told from framing, however it is cut into messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ChannelParser, layoutOf, type StreamLayout } from '../src/cassette/stream-layout.ts';

const test = suite('layout of streams');

for (const [headers, layout] of [
  [{ 'sec-websocket-protocol': 'v5.channel.k8s.io', upgrade: 'websocket' }, 'channels'],
  [{ 'sec-websocket-protocol': 'channel.k8s.io' }, 'channels'],
  [{ 'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io', upgrade: 'websocket' }, 'spdy'],
  [{ upgrade: 'SPDY/3.1' }, 'spdy'],
  [{ upgrade: 'websocket' }, 'plain'],
] as [Record<string, string>, StreamLayout][])
  test(`${Object.values(headers).join(' over ')} is ${layout}`, () => assert.is(layoutOf(headers), layout));

const frame = (head: readonly number[], content: string): Buffer =>
  Buffer.concat([Buffer.from([...head, 0, 0, 0, content.length]), Buffer.from(content)]);
const SYN_STREAM = frame([0x80, 3, 0, 1], 'packed head');
const PING = frame([0x80, 3, 0, 6], '1234');
const data = (stream: number, content: string): Buffer => frame([0, 0, 0, stream], content);
const total = (layout: StreamLayout, messages: readonly Uint8Array[]): number => {
  const parser = new ChannelParser(layout);
  return messages.reduce((sum, message) => sum + parser.contentBytes(message), 0);
};

test('SPDY has the same content in whatever frames and messages it comes', () => {
  const whole = Buffer.concat([SYN_STREAM, data(1, 'first'), data(3, 'second')]);
  const other = Buffer.concat([SYN_STREAM, data(1, 'fi'), PING, data(3, 'second'), data(1, 'rst'), data(1, '')]);
  assert.is(total('spdy', [whole]), 12);
  assert.is(total('spdy', [other]), 12);
  for (let cut = 0; cut <= other.length; cut += 1)
    assert.is(total('spdy', [other.subarray(0, cut), other.subarray(cut)]), 12);
  assert.is(
    total(
      'spdy',
      [...other].map((byte) => Buffer.from([byte])),
    ),
    12,
  );
});

test('channels have the same content in whatever messages it comes, and sizes of terminals are none', () => {
  const messages = ['\u0000ab', '\u0000c', '\u0004{"Width":80,"Height":24}', ''].map((text) => Buffer.from(text));
  assert.is(total('channels', messages), 3);
});

test('the parts of a message name their channels', () => {
  const parts = new ChannelParser('spdy').parts(Buffer.concat([data(1, 'ab'), data(3, 'c')]));
  assert.equal(parts, [
    { channel: 1, start: 8, end: 10 },
    { channel: 3, start: 18, end: 19 },
  ]);
});

test.run();
