/** Kinds that are served in two versions and stored in one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startServer } from './_server.ts';

const test = suite('served versions');

const scalers = (version: string): string => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
const CORE_EVENTS = '/api/v1/namespaces/default/events';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';

const autoscaler = {
  metadata: { name: 'h' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3 },
};
const event = {
  metadata: { name: 'e' },
  eventTime: '2026-01-01T00:00:00.000001Z',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  action: 'Do',
  reason: 'R',
  type: 'Normal',
  note: 'hello',
  regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
};

test('an autoscaler written in v1 is read in v2, with the default metric of that version', async () => {
  await using server = await startServer();
  const created = await server.ask(`POST ${scalers('v1')}`, { body: autoscaler });
  assert.equal(
    [created.status, created.json.apiVersion, created.json.spec.targetCPUUtilizationPercentage],
    [201, 'autoscaling/v1', 80],
  );
  const { json } = await server.ask(`GET ${scalers('v2')}/h`);
  assert.equal([json.apiVersion, json.spec.metrics[0].resource.target.averageUtilization], ['autoscaling/v2', 80]);
});

test('a patch in v1 changes what v1 shows, and keeps the rest', async () => {
  await using server = await startServer();
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } },
  };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } };
  const body = { ...autoscaler, spec: { ...autoscaler.spec, metrics: [cpu, memory] } };
  await server.ask(`POST ${scalers('v2')}`, { body });
  const patched = await server.ask(`PATCH ${scalers('v1')}/h`, {
    body: { spec: { targetCPUUtilizationPercentage: 50 } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  assert.is(patched.json.spec.targetCPUUtilizationPercentage, 50);
  const { json } = await server.ask(`GET ${scalers('v2')}/h`);
  const targets = json.spec.metrics.map(({ resource }: typeof cpu) => [
    resource.name,
    resource.target.averageUtilization,
  ]);
  assert.equal(targets, [
    ['memory', 70],
    ['cpu', 50],
  ]);
});

test('lists and watches come in the version that is asked for', async () => {
  await using server = await startServer();
  const events = await server.watch(`${scalers('v1')}?watch=true`, 'application/json');
  await server.ask(`POST ${scalers('v2')}`, { body: autoscaler });
  const list = await server.ask(`GET ${scalers('v1')}`);
  assert.equal(
    [list.json.kind, list.json.apiVersion, list.json.items[0].spec.targetCPUUtilizationPercentage],
    ['HorizontalPodAutoscalerList', 'autoscaling/v1', 80],
  );
  assert.is('kind' in list.json.items[0], false);
  const told = JSON.parse(Buffer.from(events[0]?.frame() ?? []).toString());
  assert.equal([told.type, told.object.apiVersion], ['ADDED', 'autoscaling/v1']);
});

test('an event written in one group is read in the other', async () => {
  await using server = await startServer();
  assert.is((await server.ask(`POST ${EVENTS}`, { body: event })).status, 201);
  const core = (await server.ask(`GET ${CORE_EVENTS}/e`)).json;
  assert.equal(
    [core.apiVersion, core.message, core.involvedObject.name, core.reportingComponent, core.firstTimestamp],
    ['v1', 'hello', 'p', 'example.com/c', null],
  );
  assert.is((await server.ask(`DELETE ${CORE_EVENTS}/e`)).status, 200);
  const gone = await server.ask(`GET ${EVENTS}/e`);
  assert.equal([gone.status, gone.json.message], [404, 'events "e" not found']);
});

test('events are selected by the fields of their own version', async () => {
  await using server = await startServer();
  await server.ask(`POST ${EVENTS}`, { body: event });
  const core = await server.ask(`GET ${CORE_EVENTS}?fieldSelector=involvedObject.kind%3DPod`);
  assert.is(core.json.items.length, 1);
  const other = await server.ask(`GET ${EVENTS}?fieldSelector=involvedObject.kind%3DPod`);
  assert.equal([other.status, other.json.message], [400, 'field label not supported: involvedObject.kind']);
});

test.run();
