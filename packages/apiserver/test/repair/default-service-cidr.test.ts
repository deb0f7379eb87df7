import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CIDRS, World } from './_world.ts';

const test = suite('the default ServiceCIDR');

const INTERVAL_MS = 10_000;
const DEFAULT = `${CIDRS}/kubernetes`;
const DUAL_STACK = ['10.96.0.0/16', 'fd00:96::/112'];
const READY = {
  type: 'Ready',
  status: 'True',
  reason: '',
  message: 'Kubernetes default Service CIDR is ready',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

test('the default range is that of the flag, and ready before any controller has seen it', async () => {
  await using world = await World.start(DUAL_STACK);
  const { object } = await world.ask('GET', DEFAULT);
  assert.equal(object.spec, { cidrs: DUAL_STACK });
  assert.equal(object.status, { conditions: [READY] });
  assert.is(object.metadata.finalizers, undefined);
});

test('a deleted default range comes back', async () => {
  await using world = await World.start();
  await world.ask('DELETE', DEFAULT);
  assert.is((await world.ask('GET', DEFAULT)).status, 404);
  assert.match(await world.serve('web', {}).catch(String), 'range is full');
  await world.pass(INTERVAL_MS);
  assert.equal((await world.ask('GET', DEFAULT)).object.spec, { cidrs: ['10.96.0.0/16'] });
  await world.serve('web', {});
});

test('a default range of one family grows to both, where the flag says both', async () => {
  await using world = await World.start(DUAL_STACK);
  await world.ask('DELETE', DEFAULT);
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'kubernetes' } };
  await world.ask('POST', CIDRS, { ...body, spec: { cidrs: ['10.96.0.0/16'] } });
  await world.pass(INTERVAL_MS);
  assert.equal((await world.ask('GET', DEFAULT)).object.spec, { cidrs: DUAL_STACK });
  await world.pass(INTERVAL_MS);
  assert.is((await world.ask('GET', DEFAULT)).object.status.conditions[0].message, READY.message);
});

test('a default range that is not the flag’s is left alone and told once', async () => {
  await using world = await World.start();
  await world.ask('PATCH', DEFAULT, { spec: { cidrs: DUAL_STACK } });
  await world.pass(INTERVAL_MS);
  await world.ask('PATCH', DEFAULT, { metadata: { labels: { touched: 'yes' } } });
  await world.pass(INTERVAL_MS);
  assert.equal(await world.events(), [
    'KubernetesDefaultServiceCIDRInconsistent: The default ServiceCIDR [10.96.0.0/16 fd00:96::/112] does not match the controller flag configurations [10.96.0.0/16]',
  ]);
  const [event] = await world.eventObjects();
  assert.is(event.source.component, 'kubernetes-service-cidr-controller');
});

test('a default range that others say is not ready stays so, and that is told once', async () => {
  await using world = await World.start();
  const condition = { ...READY, status: 'False', reason: 'Broken', message: 'somebody says so' };
  await world.ask('PATCH', `${DEFAULT}/status`, { status: { conditions: [condition] } });
  await world.pass(3 * INTERVAL_MS);
  assert.equal(await world.events(), ['Broken: Configuration matches, but somebody says so']);
  assert.is((await world.ask('GET', DEFAULT)).object.status.conditions[0].status, 'False');
});

test.run();
