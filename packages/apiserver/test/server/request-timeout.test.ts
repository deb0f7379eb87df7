/** `?timeout=`: what no duration is, and what takes longer than one. */
import { type ApiResponse, FakeClock, type Transport } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer } from '../../src/index.ts';

const test = suite('request timeout');

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly transport: Transport;
}

async function startWorld(): Promise<World> {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const apiServer = await buildApiServer({ clock, authorization: 'AlwaysAllow' });
  const transport = apiServer.transport({ name: 'tester' });
  return { clock, transport, [Symbol.asyncDispose]: async () => apiServer.close() };
}

const get = ({ transport }: World, url: string): Promise<ApiResponse> =>
  transport.request({ method: 'GET', url, headers: {} });

for (const url of ['/api/v1/pods', '/healthz', '/api/v1/nonsense'])
  test(`a timeout that is no duration is refused on ${url}`, async () => {
    await using world = await startWorld();
    const answer = await get(world, `${url}?timeout=invalid`);
    assert.is(answer.status, 400);
    assert.equal('object' in answer && answer.object, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'invalid timeout specified in the request URL - time: invalid duration "invalid"',
      reason: 'BadRequest',
      code: 400,
    });
  });

for (const timeout of ['', '0', '5s', '-1s', '9h'])
  test(`a timeout of ${timeout || 'nothing'} is time enough`, async () => {
    await using world = await startWorld();
    assert.is((await get(world, `/api/v1/pods?timeout=${timeout}`)).status, 200);
  });

test('requests that are meant to last have no timeout', async () => {
  await using world = await startWorld();
  const answer = await get(world, '/api/v1/pods?watch=true&timeout=invalid');
  assert.is(answer.type, 'watch');
  if (answer.type === 'watch') answer.watch.close();
});

test('a request that takes longer than its timeout is answered 504', async () => {
  await using world = await startWorld();
  // the namespace has no service account yet, for which the create of a pod waits a second
  const object = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const url = '/api/v1/namespaces/default/pods?timeout=300ms';
  const answered = world.transport.request({ method: 'POST', url, headers: {}, object });
  await new Promise((resolve) => setImmediate(resolve));
  world.clock.advance(299);
  assert.is(await Promise.race([answered, new Promise((resolve) => setImmediate(resolve))]), undefined);
  world.clock.advance(1);
  const answer = await answered;
  assert.is(answer.status, 504);
  assert.is(
    answer.type === 'bytes' && Buffer.from(answer.body).toString(),
    '{"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout","reason":"Timeout","details":{},"code":504}\n',
  );
});

test.run();
