import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Images } from '../../src/index.ts';
import { conditions, MachineRoom, stateOf } from '../_machine-room.ts';

const test = suite('init containers');

const container = (name: string, more: object = {}): object => ({ name, image: `example/${name}`, ...more });

/** Images that note when they start and stop. */
function recording(...names: string[]): { order: string[]; images: Images } {
  const order: string[] = [];
  const image = (name: string) => async () => {
    order.push(name);
  };
  return { order, images: Object.fromEntries(names.map((name) => [`example/${name}`, image(name)])) };
}

test('they run one after the other, before the others', async () => {
  const { order, images } = recording('first', 'second');
  await using room = await MachineRoom.start({ ...images, 'example/main': () => void order.push('main') });
  const spec = { initContainers: [container('first'), container('second')], containers: [container('main')] };
  const pod = await room.run('web', spec);
  assert.equal(order, ['first', 'second', 'main']);
  assert.is(pod.status?.phase, 'Running');
  assert.equal(
    pod.status?.initContainerStatuses?.map(({ name, ready, state }) => [name, ready, state.terminated?.reason]),
    [
      ['first', true, 'Completed'],
      ['second', true, 'Completed'],
    ],
  );
});

test('one that goes on keeps the pod pending', async () => {
  await using room = await MachineRoom.start({ 'example/first': () => new Promise(() => {}) });
  const pod = await room.run('web', { initContainers: [container('first')], containers: [container('main')] });
  assert.is(pod.status?.phase, 'Pending');
  assert.is(stateOf(pod), 'waiting PodInitializing');
  const initialized = pod.status?.conditions?.find(({ type }) => type === 'Initialized');
  assert.is(initialized?.message, 'containers with incomplete status: [first]');
});

test('one that fails is tried again later', async () => {
  let runs = 0;
  await using room = await MachineRoom.start({
    'example/first': () => {
      runs += 1;
      if (runs < 3) throw new Error('not yet');
      return Promise.resolve();
    },
  });
  const pod = await room.run('web', { initContainers: [container('first')], containers: [container('main')] });
  assert.is(stateOf(pod, 'first'), 'waiting CrashLoopBackOff');
  assert.is(pod.status?.phase, 'Pending');
  await room.advance(10_000);
  assert.is((await room.pod('web')).status?.phase, 'Running');
});

test('one that fails in a pod that never restarts ends the pod', async () => {
  await using room = await MachineRoom.start({ 'example/first': () => Promise.reject(new Error('no')) });
  const spec = { initContainers: [container('first')], containers: [container('main')], restartPolicy: 'Never' };
  const pod = await room.run('web', spec);
  assert.is(pod.status?.phase, 'Failed');
  assert.is(stateOf(pod, 'first'), 'terminated 1 Error');
});

test('a sidecar starts first, goes on, and ends after the others', async () => {
  const order: string[] = [];
  const image =
    (name: string) =>
    ({ signal }: { signal: AbortSignal }) => {
      order.push(`${name} starts`);
      signal.addEventListener('abort', () => order.push(`${name} stops`));
    };
  await using room = await MachineRoom.start({ 'example/proxy': image('proxy'), 'example/main': image('main') });
  const initContainers = [container('proxy', { restartPolicy: 'Always' })];
  const pod = await room.run('web', { initContainers, containers: [container('main')] });
  assert.ok(conditions(pod).includes('Ready=True'));
  assert.is(stateOf(pod, 'proxy'), 'running');
  await room.delete('web');
  assert.equal(order, ['proxy starts', 'main starts', 'main stops', 'proxy stops']);
});

test('a sidecar has to pass its startup probe before the next container starts', async () => {
  let healthy = false;
  const order: string[] = [];
  await using room = await MachineRoom.start({
    'example/proxy': () => (_request, response) => response.writeHead(healthy ? 200 : 503).end(),
    'example/main': () => void order.push('main'),
  });
  const startupProbe = { httpGet: { port: 80 }, periodSeconds: 1, failureThreshold: 10 };
  const initContainers = [
    container('proxy', { restartPolicy: 'Always', ports: [{ containerPort: 80 }], startupProbe }),
  ];
  await room.run('web', { initContainers, containers: [container('main')] });
  assert.equal(order, []);
  healthy = true;
  await room.advance(1000);
  assert.equal(order, ['main']);
});

test('a sidecar does not keep a job from finishing', async () => {
  await using room = await MachineRoom.start({ 'example/main': async () => {} });
  const initContainers = [container('proxy', { restartPolicy: 'Always' })];
  const pod = await room.run('job', { initContainers, containers: [container('main')], restartPolicy: 'Never' });
  assert.is(pod.status?.phase, 'Succeeded');
  assert.is(stateOf(pod, 'proxy'), 'terminated 0 Completed');
});

test('an ephemeral container joins a running pod', async () => {
  await using room = await MachineRoom.start({ 'example/debug': ({ log }) => log('looking around') });
  await room.run('web');
  const body = { spec: { ephemeralContainers: [{ name: 'debug', image: 'example/debug' }] } };
  const options = { namespace: 'work', type: 'strategic', subresource: 'ephemeralcontainers' } as const;
  await room.resource('pods').patch('web', body, options);
  await room.settled();
  const { status } = await room.pod('web');
  assert.ok(status?.ephemeralContainerStatuses?.[0]?.state.running);
  assert.is(await room.log('web', { container: 'debug' }), 'looking around\n');
});

test.run();
