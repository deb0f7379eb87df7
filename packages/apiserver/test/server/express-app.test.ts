/** The express adapter, driven by supertest. */
import request from 'supertest';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer, expressApp } from '../../src/index.ts';

const test = suite('express app');
const ADMIN = { authorization: 'Bearer t' };

const startApp = async () =>
  await expressApp(await buildApiServer({ tokens: { t: { name: 'admin', groups: ['system:masters'] } } }));

test('answers the version to anybody', async () => {
  const { status, body } = await request(await startApp()).get('/version');
  assert.is(status, 200);
  assert.is(body.minor, '36');
});

test('creates an object and answers it again', async () => {
  const app = await startApp();
  const path = '/api/v1/namespaces/default/configmaps';
  const created = await request(app)
    .post(path)
    .set(ADMIN)
    .send({ metadata: { name: 'one' }, data: { a: '1' } });
  assert.is(created.status, 201);
  const read = await request(app).get(`${path}/one`).set(ADMIN);
  assert.equal(read.body.data, { a: '1' });
});

test('answers a Status to who may not', async () => {
  const { status, body } = await request(await startApp()).get('/api/v1/pods');
  assert.is(status, 403);
  assert.is(
    body.message,
    'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
  );
});

test.run();
