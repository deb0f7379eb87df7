/** Writes that are only tried. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DUAL_STACK, PORT, startServices } from './_services.ts';

const test = suite('dry run of a Service');
const DRY = { query: '?dryRun=All' };
const ports = [PORT];

test('shows the base of each range and one port, and takes nothing', async () => {
  await using services = await startServices(DUAL_STACK);
  const spec = { type: 'NodePort', ipFamilyPolicy: 'RequireDualStack', ports };
  const { status, object } = await services.create('web', spec, DRY);
  assert.is(status, 201);
  assert.equal(object.spec.clusterIPs, ['10.96.0.0', 'fd00:10:96::']);
  assert.is(object.spec.ports[0].nodePort, 32_769);
  assert.is((await services.get('web')).code, 404);
  const { items } = (await services.ask('GET', '/apis/networking.k8s.io/v1/ipaddresses')).object;
  assert.equal(
    items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['10.96.0.1'],
  );
});

test('shows what was asked for, and does not keep it', async () => {
  await using services = await startServices();
  const spec = { type: 'NodePort', clusterIP: '10.96.0.50', ports: [{ port: 80, nodePort: 30_050 }] };
  for (const round of ['first', 'second']) {
    const { status, object } = await services.create(round, spec, DRY);
    assert.equal([status, object.spec.clusterIP, object.spec.ports[0].nodePort], [201, '10.96.0.50', 30_050]);
  }
  assert.is((await services.create('web', spec)).status, 201);
});

test('passes over an address that is taken, but not over a port', async () => {
  await using services = await startServices();
  await services.create('web', { type: 'NodePort', clusterIP: '10.96.0.50', ports: [{ port: 80, nodePort: 30_050 }] });
  assert.is((await services.create('other', { clusterIP: '10.96.0.50', ports }, DRY)).status, 201);
  const { status, refusals } = await services.create(
    'other',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_050 }] },
    DRY,
  );
  assert.equal([status, refusals], [422, ['spec.ports[0].nodePort Invalid']]);
});

test('a change that would free an address and ports frees nothing', async () => {
  await using services = await startServices();
  const { object } = await services.create('web', { type: 'NodePort', ports });
  const changed = await services.update(
    'web',
    (service) => {
      service.spec.type = 'ExternalName';
      service.spec.externalName = 'example.com';
    },
    '?dryRun=All',
  );
  assert.equal([changed.status, changed.object.spec.clusterIP], [200, undefined]);
  const { clusterIP } = object.spec;
  assert.is((await services.create('thief', { clusterIP, ports })).status, 422);
  const { nodePort } = object.spec.ports[0];
  assert.is((await services.create('thief', { type: 'NodePort', ports: [{ port: 80, nodePort }] })).status, 422);
});

test('a change that would take a second address takes none', async () => {
  await using services = await startServices(DUAL_STACK);
  await services.create('web', { ports });
  const changed = await services.update(
    'web',
    ({ spec }) => {
      spec.ipFamilyPolicy = 'PreferDualStack';
    },
    '?dryRun=All',
  );
  assert.is(changed.object.spec.clusterIPs[1], 'fd00:10:96::');
  assert.is((await services.get('web')).spec.clusterIPs.length, 1);
});

test('a deletion that is only tried frees nothing', async () => {
  await using services = await startServices();
  await services.create('web', { clusterIP: '10.96.0.50', ports });
  await services.ask('DELETE', '/api/v1/namespaces/default/services/web?dryRun=All');
  assert.is((await services.create('thief', { clusterIP: '10.96.0.50', ports })).status, 422);
});

test.run();
