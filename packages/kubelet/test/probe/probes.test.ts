import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageFunction, Pod } from '../../src/index.ts';
import { conditions, MachineRoom, stateOf } from '../_machine-room.ts';

const test = suite('probes');

const withProbes = (probes: object, image = 'example/app'): object => ({
  containers: [{ name: 'main', image, ports: [{ name: 'http', containerPort: 80 }], ...probes }],
});
const httpGet = (path: string, more: object = {}): object => ({ httpGet: { path, port: 'http' }, ...more });
const isReady = (pod: Pod): boolean => conditions(pod).includes('Ready=True');

/** A container whose answers a test decides. */
class Patient {
  status = 200;
  readonly asked: string[] = [];
  readonly image: ImageFunction = () => (request, response) => {
    this.asked.push(request.url ?? '');
    response.writeHead(this.status).end();
  };
}

test('the first readiness probe comes as soon as the container listens', async () => {
  const patient = new Patient();
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  const pod = await room.run('web', withProbes({ readinessProbe: httpGet('/ready') }));
  assert.ok(isReady(pod));
  assert.equal(patient.asked, ['/ready']);
});

test('readiness follows the probe, by its period and thresholds', async () => {
  const patient = new Patient();
  patient.status = 503;
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  const probe = { periodSeconds: 5, failureThreshold: 2 };
  const pod = await room.run('web', withProbes({ readinessProbe: httpGet('/ready', probe) }));
  assert.not(isReady(pod));
  assert.is(stateOf(pod), 'running');
  assert.ok(
    (await room.events()).includes('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503'),
  );
  patient.status = 204;
  await room.advance(5000);
  assert.ok(isReady(await room.pod('web')));
  patient.status = 500;
  await room.advance(5000);
  assert.ok(isReady(await room.pod('web')), 'one failure is not enough');
  await room.advance(5000);
  const unready = await room.pod('web');
  assert.not(isReady(unready));
  const condition = unready.status?.conditions?.find(({ type }) => type === 'ContainersReady');
  assert.is(condition?.message, 'containers with unready status: [main]');
});

test('a probe waits for its initial delay', async () => {
  const patient = new Patient();
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  await room.run('web', withProbes({ readinessProbe: httpGet('/ready', { initialDelaySeconds: 7 }) }));
  await room.advance(6999);
  assert.equal(patient.asked, []);
  await room.advance(1);
  assert.ok(isReady(await room.pod('web')));
});

test('a container that fails its liveness probe is restarted', async () => {
  const patient = new Patient();
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  await room.run('web', withProbes({ livenessProbe: httpGet('/live') }));
  patient.status = 500;
  await room.advance(10_000);
  await room.advance(10_000);
  assert.is((await room.pod('web')).status?.containerStatuses?.[0]?.restartCount, 0);
  await room.advance(10_000);
  assert.is((await room.pod('web')).status?.containerStatuses?.[0]?.restartCount, 1);
  assert.ok((await room.events()).includes('Killing: Container main failed liveness probe, will be restarted'));
});

test('nothing else is probed before the startup probe has succeeded', async () => {
  const patient = new Patient();
  patient.status = 503;
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  const startupProbe = httpGet('/started', { periodSeconds: 1, failureThreshold: 30 });
  const pod = await room.run(
    'web',
    withProbes({ startupProbe, livenessProbe: httpGet('/live'), readinessProbe: httpGet('/ready') }),
  );
  assert.is(pod.status?.containerStatuses?.[0]?.started, false);
  await room.advance(1000);
  assert.equal(patient.asked, ['/started', '/started']);
  patient.status = 200;
  await room.advance(1000);
  const started = await room.pod('web');
  assert.is(started.status?.containerStatuses?.[0]?.started, true);
  assert.ok(isReady(started));
  assert.equal(patient.asked.slice(3).sort(), ['/live', '/ready']);
});

test('a container that does not start in time is restarted', async () => {
  const patient = new Patient();
  patient.status = 503;
  await using room = await MachineRoom.start({ 'example/app': patient.image });
  await room.run('web', withProbes({ startupProbe: httpGet('/', { periodSeconds: 1, failureThreshold: 2 }) }));
  await room.advance(1000);
  assert.is((await room.pod('web')).status?.containerStatuses?.[0]?.restartCount, 1);
});

const SOCKETS: [name: string, port: number, ready: boolean, message: string | undefined][] = [
  ['to a port that listens', 80, true, undefined],
  ['to a port that does not', 81, false, 'dial tcp 10.244.0.2:81: connect: connection refused'],
];

for (const [name, port, ready, message] of SOCKETS)
  test(`a tcpSocket probe ${name}`, async () => {
    await using room = await MachineRoom.start({ 'example/app': new Patient().image });
    const pod = await room.run('web', withProbes({ readinessProbe: { tcpSocket: { port } } }));
    assert.is(isReady(pod), ready);
    if (message !== undefined)
      assert.ok((await room.events()).includes(`Unhealthy: Readiness probe failed: ${message}`));
  });

test('an HTTP probe of a closed port says what a dial says', async () => {
  await using room = await MachineRoom.start({ 'example/app': new Patient().image });
  await room.run('web', withProbes({ readinessProbe: { httpGet: { path: '/x', port: 81 } } }));
  const message = 'Get "http://10.244.0.2:81/x": dial tcp 10.244.0.2:81: connect: connection refused';
  assert.ok((await room.events()).includes(`Unhealthy: Readiness probe failed: ${message}`));
});

test('an HTTP probe that gets no answer times out', async () => {
  let asked: () => void = () => {};
  const request = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await using room = await MachineRoom.start({ 'example/app': () => () => asked() });
  const { clock } = room;
  const created = room.run('web', withProbes({ readinessProbe: httpGet('/', { timeoutSeconds: 2 }) }));
  await request;
  clock.advance(2000);
  assert.not(isReady(await created));
  assert.match((await room.events()).join(), /context deadline exceeded/);
});

test('an exec probe goes by the exit code of the image', async () => {
  let code = 1;
  await using room = await MachineRoom.start({
    'example/app': {
      exec: ({ command, stderr }) => {
        stderr.write(`${command.join(' ')} says no`);
        return code;
      },
    },
  });
  const readinessProbe = { exec: { command: ['check', '-q'] }, periodSeconds: 5 };
  const pod = await room.run('web', withProbes({ readinessProbe }));
  assert.not(isReady(pod));
  assert.ok((await room.events()).includes('Unhealthy: Readiness probe failed: check -q says no'));
  code = 0;
  await room.advance(5000);
  assert.ok(isReady(await room.pod('web')));
});

test('gRPC probes are refused, not ignored', async () => {
  await using room = await MachineRoom.start({ 'example/app': new Patient().image });
  assert.not(isReady(await room.run('web', withProbes({ readinessProbe: { grpc: { port: 80 } } }))));
  assert.match((await room.events()).join(), /gRPC probes are not supported/);
});

test('a simulated container passes every probe', async () => {
  await using room = await MachineRoom.start();
  const probes = {
    readinessProbe: httpGet('/'),
    livenessProbe: { grpc: { port: 1 } },
    startupProbe: { exec: { command: ['x'] } },
  };
  assert.ok(isReady(await room.run('web', withProbes(probes, 'unknown/image'))));
});

test('probes come from the node', async () => {
  const peers: (string | undefined)[] = [];
  await using room = await MachineRoom.start({
    'example/app':
      ({ network }) =>
      (request, response) => {
        peers.push(network.peerOf(request.socket)?.ip);
        response.end();
      },
  });
  await room.run('web', withProbes({ readinessProbe: httpGet('/') }));
  assert.equal(peers, ['172.18.0.3']);
});

test.run();
