import { FakeClock } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ContainerLog, type LogOptions } from '../../src/container/container-log.ts';

const test = suite('container logs');

async function read(log: ContainerLog, options: LogOptions = {}): Promise<string> {
  let text = '';
  for await (const chunk of log.read(options)) text += Buffer.from(chunk).toString('utf8');
  return text;
}

function threeLines(): ContainerLog {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const log = new ContainerLog(clock);
  for (const line of ['one', 'two', 'three']) {
    log.write(line);
    clock.advance(10_000);
  }
  return log;
}

const ROWS: [name: string, options: LogOptions, expected: string][] = [
  ['everything', {}, 'one\ntwo\nthree\n'],
  ['the last lines', { tailLines: 2 }, 'two\nthree\n'],
  ['no lines', { tailLines: 0 }, ''],
  ['more lines than there are', { tailLines: 9 }, 'one\ntwo\nthree\n'],
  ['what is young enough', { sinceSeconds: 20 }, 'two\nthree\n'],
  ['what came after a time', { sinceTime: '2026-01-01T00:00:15Z' }, 'three\n'],
  ['of the young ones the last', { sinceSeconds: 20, tailLines: 1 }, 'three\n'],
  ['as many bytes as asked for', { limitBytes: 6 }, 'one\ntw'],
  ['times before lines', { tailLines: 1, timestamps: true }, '2026-01-01T00:00:20.000000002Z three\n'],
];

for (const [name, options, expected] of ROWS)
  test(name, async () => assert.is(await read(threeLines(), options), expected));

test('line breaks make lines', async () => {
  const log = new ContainerLog(new FakeClock());
  log.write('a\nb\n');
  assert.is(await read(log, { tailLines: 1 }), 'b\n');
});

test('the oldest lines make room', async () => {
  const log = new ContainerLog(new FakeClock(), 10);
  for (const line of ['aaaa', 'bbbb', 'cccc']) log.write(line);
  assert.is(await read(log), 'bbbb\ncccc\n');
});

test('a follower sees new lines until the log is closed', async () => {
  const log = new ContainerLog(new FakeClock());
  log.write('a');
  const reading = read(log, { follow: true });
  log.write('b');
  log.close();
  assert.is(await reading, 'a\nb\n');
});

test('a follower can go away', async () => {
  const abort = new AbortController();
  const log = new ContainerLog(new FakeClock());
  const reading = (async () => {
    for await (const _ of log.read({ follow: true }, abort.signal));
  })();
  abort.abort();
  await reading;
});

test.run();
