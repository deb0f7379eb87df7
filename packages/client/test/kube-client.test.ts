import { StatusError } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KubeClient, type ResourceClient } from '../src/index.ts';
import { FakeApi } from './_fake-api.ts';

const test = suite('KubeClient');
const PODS = { group: '', version: 'v1', resource: 'pods' };
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'ns' } };

const REQUESTS: { name: string; call: (pods: ResourceClient) => Promise<unknown>; request: string }[] = [
  {
    name: 'get names the object',
    call: (pods) => pods.get('a', { namespace: 'ns' }),
    request: 'GET /api/v1/namespaces/ns/pods/a',
  },
  { name: 'list without a namespace covers all', call: (pods) => pods.list(), request: 'GET /api/v1/pods' },
  {
    name: 'list passes selectors and paging',
    call: (pods) => pods.list({ namespace: 'ns', labelSelector: 'app=web,tier!=db', limit: 5 }),
    request: 'GET /api/v1/namespaces/ns/pods?labelSelector=app%3Dweb%2Ctier!%3Ddb&limit=5',
  },
  {
    name: "create takes the object's namespace and names the field manager",
    call: (pods) => pods.create(pod),
    request: 'POST /api/v1/namespaces/ns/pods?fieldManager=tester',
  },
  {
    name: 'update dry-run asks for all stages',
    call: (pods) => pods.update(pod, { dryRun: true }),
    request: 'PUT /api/v1/namespaces/ns/pods/a?dryRun=All&fieldManager=tester',
  },
  {
    name: 'updateStatus writes the status subresource',
    call: (pods) => pods.updateStatus(pod),
    request: 'PUT /api/v1/namespaces/ns/pods/a/status?fieldManager=tester',
  },
  {
    name: 'apply may force and rename the manager',
    call: (pods) => pods.patch('a', pod, { namespace: 'ns', type: 'apply', fieldManager: 'me', force: true }),
    request: 'PATCH /api/v1/namespaces/ns/pods/a?fieldManager=me&force=true',
  },
  {
    name: 'subresources are reached by name',
    call: (pods) => pods.subresource('eviction').create('a', pod, { namespace: 'ns' }),
    request: 'POST /api/v1/namespaces/ns/pods/a/eviction?fieldManager=tester',
  },
];

for (const { name, call, request } of REQUESTS) {
  test(name, async () => {
    const api = new FakeApi();
    const client = new KubeClient({ transport: api, fieldManager: 'tester' });
    await call(client.resource(PODS));
    assert.equal(api.requests, [request]);
  });
}

test('a deletion without options has no body; with options it carries DeleteOptions', async () => {
  const bodies: unknown[] = [];
  const api = new FakeApi();
  const transport = {
    request: (request: Parameters<FakeApi['request']>[0]) => {
      bodies.push(request.object);
      return api.request(request);
    },
    close: () => api.close(),
  };
  const pods = new KubeClient({ transport }).resource(PODS);
  await pods.create(pod);
  await pods.delete('a', { namespace: 'ns' });
  await pods.create(pod);
  await pods.delete('a', { namespace: 'ns', propagationPolicy: 'Foreground', dryRun: true });
  assert.is(bodies[1], undefined);
  assert.equal(bodies[3], {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Foreground',
    dryRun: ['All'],
  });
});

test('a failure becomes a StatusError with the reason of the server', async () => {
  const pods = new KubeClient({ transport: new FakeApi() }).resource(PODS);
  try {
    await pods.delete('gone', { namespace: 'ns' });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, StatusError);
    assert.is((error as StatusError).reason, 'NotFound');
    assert.is((error as StatusError).code, 404);
  }
});

test('the same resource gives the same handle', () => {
  const client = new KubeClient({ transport: new FakeApi() });
  assert.is(client.resource(PODS), client.resource({ ...PODS }));
});

test.run();
