import { type KubeObject, seededRandom } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer, SERVER_USER } from '../../src/index.ts';

const test = suite('Names that the server makes');
const PATH = '/api/v1/namespaces/default/configmaps';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: objects and statuses
  readonly body: any;
}

/** A server whose names end as told, one after the other; the last goes on. */
async function serverOf(suffixes: readonly string[]): Promise<(object: object, method?: string) => Promise<Answer>> {
  const left = [...suffixes];
  const random = { ...seededRandom('x'), suffix: () => (left.length > 1 ? left.shift() : left[0]) ?? '' };
  const apiServer = await buildApiServer({ random });
  return async (object, method = 'POST') => {
    const url = method === 'POST' ? PATH : `${PATH}/${(object as KubeObject).metadata.name}`;
    const response = await apiServer.handle({ method, url, headers: {}, object, user: SERVER_USER });
    return { status: response.status, body: (response as { object: unknown }).object };
  };
}

const generated = { metadata: { generateName: 'a-' } };

test('a name that is taken is not the last', async () => {
  const send = await serverOf(['one', 'one', 'one', 'two']);
  assert.is((await send(generated)).body.metadata.name, 'a-one');
  const { status, body } = await send(generated);
  assert.equal([status, body.metadata.name], [201, 'a-two']);
});

test('after eight names the server gives up', async () => {
  const send = await serverOf(['one', ...Array(8).fill('one'), 'two']);
  await send(generated);
  const { status, body } = await send(generated);
  assert.is(status, 409);
  assert.is(body.reason, 'AlreadyExists');
  assert.is(
    body.message,
    'configmaps "a-one" already exists, the server was not able to generate a unique name for the object',
  );
  assert.equal(body.details, { name: 'a-one', kind: 'configmaps', retryAfterSeconds: 1 });
});

test('a name that its creator chose is used or refused', async () => {
  const send = await serverOf(['one']);
  await send({ metadata: { name: 'mine' } });
  const { body } = await send({ metadata: { name: 'mine' } });
  assert.is(body.message, 'configmaps "mine" already exists');
  assert.equal(body.details, { name: 'mine', kind: 'configmaps' });
});

test('the name of what is being deleted is not free yet', async () => {
  const send = await serverOf(['one']);
  await send({ metadata: { name: 'mine', finalizers: ['example.com/wait'] } });
  await send({ metadata: { name: 'mine' } }, 'DELETE');
  const { body } = await send({ metadata: { name: 'mine' } });
  assert.is(body.message, 'object is being deleted: configmaps "mine" already exists');
});

test.run();
