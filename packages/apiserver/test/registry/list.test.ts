/** Lists past the history, and writes that race. */
import type { KubeObject, ListMeta } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiServer, buildApiServer, SERVER_USER } from '../../src/index.ts';

const test = suite('lists and updates');
const PATH = '/api/v1/namespaces/default/configmaps';

type Answer = KubeObject & { metadata: ListMeta };

async function send(
  apiServer: ApiServer,
  method: string,
  url: string,
  object?: unknown,
): Promise<{ status: number; body: Answer }> {
  const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
  const response = await apiServer.handle({ method, url, headers, object, user: SERVER_USER });
  return { status: response.status, body: (response as { object: unknown }).object as Answer };
}

test('a page of a forgotten revision is 410, with a token to go on inconsistently', async () => {
  const apiServer = await buildApiServer({ history: { maxEvents: 1 } });
  for (const name of ['a', 'b', 'c']) await send(apiServer, 'POST', PATH, { metadata: { name } });
  const first = await send(apiServer, 'GET', `${PATH}?limit=1`);
  for (const name of ['d', 'e']) await send(apiServer, 'POST', PATH, { metadata: { name } });
  const second = await send(apiServer, 'GET', `${PATH}?limit=1&continue=${first.body.metadata.continue}`);
  assert.equal([second.status, second.body.reason], [410, 'Expired']);
  const third = await send(apiServer, 'GET', `${PATH}?continue=${second.body.metadata.continue}`);
  assert.equal(
    third.body.items.map(({ metadata }: KubeObject) => metadata.name),
    ['b', 'c', 'd', 'e'],
  );
});

test('writes that name no revision are all taken when they race', async () => {
  const apiServer = await buildApiServer();
  await send(apiServer, 'POST', PATH, { metadata: { name: 'one' } });
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const answers = await Promise.all(
    keys.map((key) => send(apiServer, 'PATCH', `${PATH}/one`, { data: { [key]: 'v' } })),
  );
  assert.equal(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { body } = await send(apiServer, 'GET', `${PATH}/one`);
  assert.equal(Object.keys(body.data).sort(), [...keys].sort());
});

test('a change of nothing is not written', async () => {
  const apiServer = await buildApiServer();
  const created = await send(apiServer, 'POST', PATH, { metadata: { name: 'one' }, data: { a: '1' } });
  const patched = await send(apiServer, 'PATCH', `${PATH}/one`, { data: { a: '1' } });
  assert.is(patched.body.metadata.resourceVersion, created.body.metadata.resourceVersion);
});

test.run();
