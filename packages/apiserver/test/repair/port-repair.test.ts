import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROUND_MS, SERVICES, World } from './_world.ts';

const test = suite('repair of node ports');

const port = (number: number, nodePort: number, protocol = 'TCP'): object => ({
  name: `${protocol.toLowerCase()}-${number}`,
  port: number,
  nodePort,
  protocol,
});
const headless = { clusterIP: 'None', clusterIPs: ['None'] };

test('Services that come, change and go give no cause for repair', async () => {
  await using world = await World.start();
  await world.serve('web', { type: 'NodePort', ports: [port(53, 30_053), port(53, 30_053, 'UDP')] });
  await world.serve('lb', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  await world.ask('PATCH', `${SERVICES}/web`, { spec: { ports: [port(80, 30_080)] } });
  await world.ask('DELETE', `${SERVICES}/lb`);
  await world.pass(2 * ROUND_MS);
  assert.equal(await world.events(), []);
});

test('a port that nobody took is taken in the next round', async () => {
  await using world = await World.start();
  await world.smuggle('odd', { ...headless, type: 'NodePort', ports: [port(80, 30_080)] });
  await world.pass(ROUND_MS);
  assert.equal(await world.events(), ['PortNotAllocated: Port 30080 is not allocated; repairing']);
  const [event] = await world.eventObjects();
  assert.equal(
    [event.source, event.reportingComponent, event.action],
    [{ component: 'portallocator-repair-controller' }, 'portallocator-repair-controller', undefined],
  );
  const refused = await world.serve('web', { type: 'NodePort', ports: [port(80, 30_080)] }).catch(String);
  assert.match(refused, 'provided port is already allocated');
});

test('a port of two Services is told in every round', async () => {
  await using world = await World.start();
  await world.serve('web', { type: 'NodePort', ports: [port(80, 30_080)] });
  await world.smuggle('twin', { ...headless, type: 'NodePort', ports: [port(80, 30_080)] });
  await world.pass(ROUND_MS);
  const why = 'PortAlreadyAllocated: Port 30080 was assigned to multiple services; please recreate service';
  assert.equal(await world.events(), [why]);
  await world.pass(ROUND_MS);
  assert.equal(await world.events(), [`${why} (2)`]);
});

test('a port outside of the range is told', async () => {
  await using world = await World.start();
  await world.smuggle('odd', { ...headless, type: 'NodePort', ports: [port(80, 80)] });
  await world.pass(ROUND_MS);
  assert.equal(await world.events(), [
    'PortOutOfRange: Port 80 is not within the port range 30000-32767; please recreate service',
  ]);
});

test('a port whose Service is gone by no deletion comes free in the third round', async () => {
  await using world = await World.start();
  await world.serve('web', { type: 'NodePort', ports: [port(80, 30_080)] });
  const { storage } = world.apiServer;
  const stored = await storage.get('services', 'default/web');
  assert.ok(stored);
  await storage.delete('services', 'default/web', stored);
  const take = (): Promise<string> =>
    world.serve('next', { type: 'NodePort', ports: [port(80, 30_080)] }).then(() => 'taken', String);
  await world.activity.settled();
  await world.pass(ROUND_MS);
  await world.pass(ROUND_MS);
  assert.match(await take(), 'provided port is already allocated');
  await world.pass(ROUND_MS);
  assert.is(await take(), 'taken');
});

test.run();
