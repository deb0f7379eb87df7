import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Images } from '../src/index.ts';
import { conditions, MachineRoom, serving, stateOf } from './_machine-room.ts';

const test = suite('the life of a pod');

const hello: Images = {
  'example/web':
    ({ pod, log }) =>
    (request, response) => {
      log(`${request.method} ${request.url}`);
      response.end(`I am ${pod.metadata.name}`);
    },
};

test('a function that listens makes its pod running and ready, and answers on the pod IP', async () => {
  await using room = await MachineRoom.start(hello);
  const pod = await room.run('web', serving('example/web:1', { containerPort: 8080 }));
  assert.is(pod.status?.phase, 'Running');
  assert.equal(conditions(pod), [
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ]);
  assert.is(pod.status?.podIP, '10.244.0.2');
  assert.is(pod.status?.hostIP, '172.18.0.3');
  assert.is(await room.fetch('10.244.0.2', 8080), 'I am web');
  assert.is(await room.log('web'), 'GET /\n');
});

test('its container status is that of a running container', async () => {
  await using room = await MachineRoom.start(hello);
  const { status } = await room.run('web', serving('example/web:1', { containerPort: 8080 }));
  const { containerID, imageID, ...container } = status?.containerStatuses?.[0] ?? {};
  assert.match(containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
  assert.match(imageID ?? '', /^docker\.io\/example\/web@sha256:[0-9a-f]{64}$/);
  assert.equal(container, {
    name: 'main',
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    lastState: {},
    ready: true,
    restartCount: 0,
    image: 'docker.io/example/web:1',
    started: true,
    resources: {},
  });
});

test('an image without a function is running and ready at once', async () => {
  await using room = await MachineRoom.start();
  const pod = await room.run('idle');
  assert.is(pod.status?.phase, 'Running');
  assert.ok(conditions(pod).includes('Ready=True'));
  assert.not(await room.listens(pod.status?.podIP ?? '', 80));
});

test('addresses are handed out in turn, and used again only after the others', async () => {
  await using room = await MachineRoom.start();
  const ip = async (name: string): Promise<string | undefined> => (await room.run(name)).status?.podIP;
  assert.equal([await ip('a'), await ip('b')], ['10.244.0.2', '10.244.0.3']);
  await room.delete('a', { gracePeriodSeconds: 0 });
  assert.is(await ip('c'), '10.244.0.4');
});

test('a pod on the host network has the address of its node', async () => {
  await using room = await MachineRoom.start(hello);
  const port = { containerPort: 8080, hostPort: 8080 };
  const pod = await room.run('web', { ...serving('example/web', port), hostNetwork: true });
  assert.is(pod.status?.podIP, '172.18.0.3');
  assert.is(await room.fetch('172.18.0.3', 8080), 'I am web');
});

test('a host port leads to the pod', async () => {
  await using room = await MachineRoom.start(hello);
  await room.run('web', serving('example/web', { containerPort: 8080, hostPort: 80 }));
  assert.is(await room.fetch('172.18.0.3', 80), 'I am web');
});

test('a function that throws is restarted: at once, then after 10 s, 20 s and so on', async () => {
  let runs = 0;
  await using room = await MachineRoom.start({
    'example/app': () => {
      runs += 1;
      throw new Error(`run ${runs}`);
    },
  });
  let pod = await room.run('crash');
  assert.is(runs, 2);
  assert.is(stateOf(pod), 'waiting CrashLoopBackOff');
  const { uid } = pod.metadata;
  const container = pod.status?.containerStatuses?.[0];
  assert.is(container?.state.waiting?.message, `back-off 10s restarting failed container=main pod=crash_work(${uid})`);
  assert.is(container?.lastState.terminated?.exitCode, 1);
  assert.is(container?.restartCount, 1);
  assert.is(pod.status?.phase, 'Running');
  await room.advance(10_000);
  assert.is(runs, 3);
  await room.advance(19_000);
  assert.is(runs, 3);
  await room.advance(1000);
  assert.is(runs, 4);
  pod = await room.pod('crash');
  assert.is(pod.status?.containerStatuses?.[0]?.restartCount, 3);
  assert.match(await room.log('crash'), /^Error: run 4/);
  assert.match(await room.log('crash', { previous: true }), /^Error: run 3/);
  assert.ok(
    (await room.events()).includes(`BackOff: Back-off restarting failed container main in pod crash_work(${uid})`),
  );
});

const ENDS: [name: string, restartPolicy: string, exit: 'resolve' | 'reject' | number, phase: string, state: string][] =
  [
    ['Never and success', 'Never', 'resolve', 'Succeeded', 'terminated 0 Completed'],
    ['Never and failure', 'Never', 'reject', 'Failed', 'terminated 1 Error'],
    ['Never and an exit code', 'Never', 42, 'Failed', 'terminated 42 Error'],
    ['OnFailure and success', 'OnFailure', 'resolve', 'Succeeded', 'terminated 0 Completed'],
    ['OnFailure and failure', 'OnFailure', 'reject', 'Running', 'waiting CrashLoopBackOff'],
    ['Always and success', 'Always', 'resolve', 'Running', 'waiting CrashLoopBackOff'],
  ];

for (const [name, restartPolicy, exit, phase, state] of ENDS)
  test(`a job-like container with ${name} leads to ${phase}`, async () => {
    await using room = await MachineRoom.start({
      'example/app': async () => {
        if (exit === 'reject') throw new Error('no');
        return typeof exit === 'number' ? exit : undefined;
      },
    });
    const pod = await room.run('job', { restartPolicy });
    assert.is(pod.status?.phase, phase);
    assert.is(stateOf(pod), state);
  });

test('a finished pod is not ready, and its address is free again', async () => {
  await using room = await MachineRoom.start({ 'example/app': async () => {} });
  const pod = await room.run('job', { restartPolicy: 'Never' });
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.is(ready?.status, 'False');
  assert.is(ready?.reason, 'PodCompleted');
  assert.not(await room.listens(pod.status?.podIP ?? '', 80));
});

test('a promise that takes its time is a running job', async () => {
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await using room = await MachineRoom.start({ 'example/app': () => done });
  const pod = await room.run('job', { restartPolicy: 'Never' });
  assert.is(stateOf(pod), 'running');
  assert.ok(conditions(pod).includes('Ready=True'));
  finish();
  await done;
  await room.settled();
  assert.is((await room.pod('job')).status?.phase, 'Succeeded');
});

test('a promise that resolves with a handler makes the pod ready only then', async () => {
  let finish: () => void = () => {};
  const loaded = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await using room = await MachineRoom.start({
    'example/app': async () => {
      await loaded;
      return (_request, response) => response.end('late');
    },
  });
  const pod = await room.run('web', serving('example/app', { containerPort: 80 }));
  assert.is(stateOf(pod), 'running');
  assert.ok(conditions(pod).includes('Ready=False'));
  finish();
  await loaded;
  await room.settled();
  assert.ok(conditions(await room.pod('web')).includes('Ready=True'));
  assert.is(await room.fetch(pod.status?.podIP ?? '', 80), 'late');
});

test('exit ends the container from anywhere', async () => {
  await using room = await MachineRoom.start({
    'example/app':
      ({ exit }) =>
      (_request, response) => {
        response.end('bye');
        exit(3);
      },
  });
  const pod = await room.run('web', { ...serving('example/app', { containerPort: 80 }), restartPolicy: 'Never' });
  await room.fetch(pod.status?.podIP ?? '', 80).catch(() => '');
  await room.settled();
  assert.is(stateOf(await room.pod('web')), 'terminated 3 Error');
});

test('a handler that fails answers 500 and leaves a line in the log', async () => {
  await using room = await MachineRoom.start({
    'example/app': () => (request) => {
      if (request.url === '/sync') throw new Error('sync trouble');
      return Promise.reject(new Error('async trouble'));
    },
  });
  const pod = await room.run('web', serving('example/app', { containerPort: 80 }));
  const ip = pod.status?.podIP ?? '';
  assert.is(await room.fetch(ip, 80, '/sync'), 'Internal Server Error\n');
  assert.is(await room.fetch(ip, 80, '/async'), 'Internal Server Error\n');
  assert.match(await room.log('web'), /sync trouble[\s\S]*async trouble/);
  assert.is(stateOf(await room.pod('web')), 'running');
});

test('an image that is an Error cannot be pulled', async () => {
  await using room = await MachineRoom.start({ 'example/app': new Error('manifest unknown') });
  assert.is(stateOf(await room.run('web')), 'waiting ErrImagePull');
  assert.is((await room.pod('web')).status?.phase, 'Pending');
  await room.advance(1000);
  assert.is(stateOf(await room.pod('web')), 'waiting ImagePullBackOff');
  room.nodes.setImage('example/app', () => {});
  await room.advance(10_000);
  assert.is(stateOf(await room.pod('web')), 'running');
});

test('a new image in the spec restarts the container', async () => {
  await using room = await MachineRoom.start({
    'example/app:1': () => (_request, response) => response.end('one'),
    'example/app:2': () => (_request, response) => response.end('two'),
  });
  const pod = await room.run('web', serving('example/app:1', { containerPort: 80 }));
  const patch = { spec: { containers: [{ name: 'main', image: 'example/app:2' }] } };
  await room.resource('pods').patch('web', patch, { namespace: 'work', type: 'strategic' });
  await room.settled();
  assert.is(await room.fetch(pod.status?.podIP ?? '', 80), 'two');
  assert.is((await room.pod('web')).status?.containerStatuses?.[0]?.restartCount, 1);
});

test('a deadline ends the pod', async () => {
  await using room = await MachineRoom.start();
  await room.run('web', { activeDeadlineSeconds: 60 });
  await room.advance(60_000);
  const { status } = await room.pod('web');
  assert.is(status?.phase, 'Failed');
  assert.is(status?.reason, 'DeadlineExceeded');
});

test('a readiness gate keeps the pod from being ready until somebody opens it', async () => {
  await using room = await MachineRoom.start();
  const pod = await room.run('web', { readinessGates: [{ conditionType: 'example.com/gate' }] });
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.is(ready?.reason, 'ReadinessGatesNotReady');
  assert.ok(conditions(pod).includes('ContainersReady=True'));
  const gate = { type: 'example.com/gate', status: 'True' };
  const options = { namespace: 'work', type: 'strategic', subresource: 'status' } as const;
  await room.resource('pods').patch('web', { status: { conditions: [gate] } }, options);
  await room.settled();
  const opened = await room.pod('web');
  assert.ok(conditions(opened).includes('Ready=True'));
  assert.ok(conditions(opened).includes('example.com/gate=True'));
  assert.is(opened.status?.conditions?.find(({ type }) => type === 'Ready')?.reason, undefined);
});

test('events tell what was done', async () => {
  await using room = await MachineRoom.start(hello);
  await room.run('web', serving('example/web', { containerPort: 80 }));
  assert.equal(await room.events(), [
    'Pulled: Container image "example/web" already present on machine and can be accessed by the pod',
    'Created: Container created',
    'Started: Container started',
  ]);
});

test.run();
