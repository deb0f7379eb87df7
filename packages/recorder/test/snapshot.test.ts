/** A snapshot goes on whatever becomes of its watches. */
import type { ServerResponse } from 'node:http';
import { FakeClock } from '@towtank/apimachinery';
import { type CassetteRecord, readCassette, startRecorder } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';
import { startUpstream } from './_upstream.ts';

const test = suite('snapshot');

const RESOURCES = {
  groupVersion: 'v1',
  resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list', 'watch'] }],
};
const pod = (name: string, resourceVersion: string): object => ({
  metadata: { name, namespace: 'd', resourceVersion },
});
const list = (resourceVersion: string, ...items: object[]): object => ({
  apiVersion: 'v1',
  kind: 'PodList',
  metadata: { resourceVersion },
  items,
});
const event = (type: string, object: object): string =>
  `${JSON.stringify({ type, object: { apiVersion: 'v1', kind: 'Pod', ...object } })}\n`;
const EXPIRED = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };

type Answer = object | ((response: ServerResponse) => unknown);

/**
 * Records Pods that are listed and watched as given, one answer after the other, and answers what is written once all
 * have been asked for: changes by name and version.
 */
async function recorded(lists: Answer[], watches: Answer[]): Promise<{ changes: string[]; asked: string[] }> {
  using folder = new Folder();
  const clock = new FakeClock();
  const asked: string[] = [];
  const answer = (response: ServerResponse, next: Answer | undefined): unknown => {
    if (typeof next === 'function') return next(response);
    return next === undefined ? response.writeHead(200).flushHeaders() : response.end(JSON.stringify(next));
  };
  await using upstream = await startUpstream({
    '/apis': (_, response) => answer(response, { groups: [] }),
    '/api/v1': (_, response) => answer(response, RESOURCES),
    '/api/v1/pods': ({ url = '' }, response) => {
      const isWatch = url.includes('watch=true');
      asked.push(isWatch ? `watch ${/resourceVersion=(\w*)/.exec(url)?.[1]}` : 'list');
      answer(response, isWatch ? watches.shift() : lists.shift());
    },
  });
  const cassette = folder.file('a.jsonl');
  const total = lists.length + watches.length;
  await using recorder = await startRecorder({ upstream, cassette, clock, snapshot: {} });
  while (asked.length <= total) {
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await recorder.close();
  const records: CassetteRecord[] = [];
  for await (const { record } of readCassette(cassette)) records.push(record);
  const changes = records.flatMap((record) =>
    record.type === 'change'
      ? [
          `${record.change} ${record.object.metadata.name} ${(record.object.metadata as { resourceVersion?: string }).resourceVersion}`,
        ]
      : [],
  );
  return { changes, asked };
}

const lines =
  (...texts: string[]): Answer =>
  (response) =>
    response.end(texts.join(''));

for (const [name, watches, resumed] of [
  ['with an event', [lines(event('MODIFIED', pod('a', '11')), event('ERROR', EXPIRED))]],
  [
    'with the status of its answer',
    [lines(event('MODIFIED', pod('a', '11'))), (response) => response.writeHead(410).end(JSON.stringify(EXPIRED))],
    'watch 11',
  ],
] as [string, Answer[], string?][])
  test(`a watch that expires ${name} is begun anew, and the difference is recorded`, async () => {
    const before = list('10', pod('a', '1'), pod('b', '2'), pod('c', '3'));
    const after = list('20', pod('a', '11'), pod('b', '15'), pod('d', '16'));
    const { changes, asked } = await recorded([before, after], watches);
    assert.equal(changes, ['MODIFIED a 11', 'MODIFIED b 15', 'ADDED d 16', 'DELETED c 3']);
    assert.equal(asked, ['list', 'watch 10', ...(resumed === undefined ? [] : [resumed]), 'list', 'watch 20']);
  });

test('a watch that ends goes on where it was, news or not', async () => {
  const { changes, asked } = await recorded(
    [list('10')],
    [lines(), lines(event('BOOKMARK', pod('', '12'))), lines(event('ADDED', pod('a', '13')))],
  );
  assert.equal(changes, ['ADDED a 13']);
  assert.equal(asked, ['list', 'watch 10', 'watch 10', 'watch 12', 'watch 13']);
});

test('a connection that breaks is made again, for a list too', async () => {
  const reset: Answer = (response) => response.socket?.resetAndDestroy();
  const { changes, asked } = await recorded(
    [list('10', pod('a', '1')), reset, list('20')],
    [reset, lines(event('ERROR', EXPIRED))],
  );
  assert.equal(changes, ['DELETED a 1']);
  assert.equal(asked, ['list', 'watch 10', 'watch 10', 'list', 'list', 'watch 20']);
});

test.run();
