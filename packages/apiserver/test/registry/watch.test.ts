/** Watches by the clock, and past the history. */
import { type EncodedEvent, FakeClock, type KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiServer, buildApiServer, SERVER_USER } from '../../src/index.ts';

const test = suite('watches');
const PATH = '/api/v1/namespaces/default/configmaps';
const MINUTE_MS = 60_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function create(apiServer: ApiServer, name: string): Promise<KubeObject> {
  const object = { metadata: { name } };
  const response = await apiServer.handle({ method: 'POST', url: PATH, headers: {}, object, user: SERVER_USER });
  assert.is(response.status, 201);
  return (response as { object: unknown }).object as KubeObject;
}

interface Watched {
  readonly events: EncodedEvent[];
  ended: boolean;
}

async function watch(apiServer: ApiServer, query: string): Promise<Watched> {
  const response = await apiServer.handle({
    method: 'GET',
    url: `${PATH}?watch=true&${query}`,
    headers: {},
    user: SERVER_USER,
  });
  if (response.type !== 'watch') throw new Error(`the server answered ${response.status}`);
  const watched: Watched = { events: [], ended: false };
  response.watch.start({
    event: (event) => void watched.events.push(event),
    end: () => {
      watched.ended = true;
    },
  });
  return watched;
}

test('end after timeoutSeconds', async () => {
  const clock = new FakeClock();
  const apiServer = await buildApiServer({ clock });
  const watched = await watch(apiServer, 'timeoutSeconds=5');
  clock.advance(4999);
  assert.is(watched.ended, false);
  clock.advance(1);
  assert.is(watched.ended, true);
});

test('send a bookmark each minute to who allows it, with the newest revision', async () => {
  const clock = new FakeClock();
  const apiServer = await buildApiServer({ clock });
  const plain = await watch(apiServer, '');
  const allowing = await watch(apiServer, 'allowWatchBookmarks=true');
  const { metadata } = await create(apiServer, 'one');
  await turn();
  clock.advance(MINUTE_MS);
  assert.equal(
    plain.events.map(({ type }) => type),
    ['ADDED'],
  );
  assert.equal(
    allowing.events.map(({ type }) => type),
    ['ADDED', 'BOOKMARK'],
  );
  assert.is(allowing.events[1]?.object.metadata.resourceVersion, metadata.resourceVersion);
});

test('answer a revision that is forgotten with an ERROR event of 410, and end', async () => {
  const apiServer = await buildApiServer({ history: { maxEvents: 1 } });
  const { metadata } = await create(apiServer, 'one');
  for (const name of ['two', 'three']) await create(apiServer, name);
  const watched = await watch(apiServer, `resourceVersion=${metadata.resourceVersion}`);
  assert.equal(
    watched.events.map(({ type, object }) => [type, (object as { code?: number }).code]),
    [['ERROR', 410]],
  );
  assert.is(watched.ended, true);
});

test('share the bytes of an event among watchers', async () => {
  const apiServer = await buildApiServer();
  const [first, second] = [await watch(apiServer, ''), await watch(apiServer, '')];
  await create(apiServer, 'one');
  await turn();
  assert.is(first.events[0]?.frame(), second.events[0]?.frame());
});

test.run();
