import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MachineRoom, serving, stateOf } from './_machine-room.ts';

const test = suite('the end of a pod');

test('a deleted pod is told to stop, and goes when it has', async () => {
  const seen: string[] = [];
  await using room = await MachineRoom.start({
    'example/app': ({ signal }) => {
      signal.addEventListener('abort', () => seen.push('SIGTERM'));
      return (_request, response) => response.end('ok');
    },
  });
  const pod = await room.run('web', serving('example/app', { containerPort: 80 }));
  await room.delete('web');
  assert.equal(seen, ['SIGTERM']);
  assert.equal(await room.pods(), []);
  assert.not(await room.listens(pod.status?.podIP ?? '', 80));
  assert.ok((await room.events()).includes('Killing: Stopping container main'));
});

test('a request under way is answered before the pod goes', async () => {
  let answer: () => void = () => {};
  let arrived: () => void = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using room = await MachineRoom.start({
    'example/app': () => (_request, response) => {
      answer = () => response.end('at last');
      arrived();
    },
  });
  const pod = await room.run('web', serving('example/app', { containerPort: 80 }));
  const body = room.fetch(pod.status?.podIP ?? '', 80);
  await arrival;
  await room.delete('web');
  assert.equal(await room.pods(), ['web']);
  assert.not(await room.listens(pod.status?.podIP ?? '', 80), 'nothing new is taken');
  answer();
  assert.is(await body, 'at last');
  await room.settled();
  assert.equal(await room.pods(), []);
});

test('a container that does not end is cut off after the grace period', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => new Promise(() => {}) });
  await room.run('stubborn', { terminationGracePeriodSeconds: 20 });
  await room.delete('stubborn');
  await room.advance(19_000);
  assert.equal(await room.pods(), ['stubborn']);
  await room.advance(1000);
  assert.equal(await room.pods(), []);
});

test('the pod has ended before it goes: whoever holds it sees how', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => new Promise(() => {}) });
  await room.run('held', { terminationGracePeriodSeconds: 5 }, { finalizers: ['example.com/hold'] });
  await room.delete('held');
  await room.advance(5000);
  const pod = await room.pod('held');
  assert.is(pod.status?.phase, 'Failed');
  assert.is(stateOf(pod), 'terminated 137 Error');
});

test('the preStop hook comes before the signal', async () => {
  const order: string[] = [];
  await using room = await MachineRoom.start({
    'example/app': ({ signal }) => {
      signal.addEventListener('abort', () => order.push('SIGTERM'));
      return (request, response) => {
        order.push(request.url ?? '');
        response.end();
      };
    },
  });
  const lifecycle = { preStop: { httpGet: { path: '/drain', port: 80 } } };
  const containers = [{ name: 'main', image: 'example/app', ports: [{ containerPort: 80 }], lifecycle }];
  await room.run('web', { containers });
  await room.delete('web');
  assert.equal(order, ['/drain', 'SIGTERM']);
});

test('a preStop sleep holds the signal back', async () => {
  let stopped = false;
  await using room = await MachineRoom.start({
    'example/app': ({ signal }) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
    },
  });
  const containers = [{ name: 'main', image: 'example/app', lifecycle: { preStop: { sleep: { seconds: 5 } } } }];
  await room.run('web', { containers });
  await room.delete('web');
  assert.not(stopped);
  await room.advance(5000);
  assert.ok(stopped);
  assert.equal(await room.pods(), []);
});

test('what an image does to stop is waited for', async () => {
  let finish: () => void = () => {};
  const flushed = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await using room = await MachineRoom.start({ 'example/app': () => ({ ports: {}, stop: () => flushed }) });
  await room.run('db');
  await room.delete('db');
  assert.equal(await room.pods(), ['db']);
  finish();
  await flushed;
  await room.settled();
  assert.equal(await room.pods(), []);
});

test('a forced deletion cuts everything off at once', async () => {
  let aborted = false;
  await using room = await MachineRoom.start({
    'example/app': ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    },
  });
  await room.run('web');
  await room.delete('web', { gracePeriodSeconds: 0 });
  assert.equal(await room.pods(), []);
  assert.ok(aborted);
});

test('a second deletion may shorten the grace period', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => new Promise(() => {}) });
  await room.run('stubborn', { terminationGracePeriodSeconds: 60 });
  await room.delete('stubborn');
  await room.delete('stubborn', { gracePeriodSeconds: 2 });
  await room.advance(2000);
  assert.equal(await room.pods(), []);
});

test('a pod whose container waits for its restart goes at once', async () => {
  await using room = await MachineRoom.start({
    'example/app': () => {
      throw new Error('no');
    },
  });
  await room.run('crash');
  await room.delete('crash');
  assert.equal(await room.pods(), []);
});

test('closing the nodes leaves neither timers nor sockets', async () => {
  const room = await MachineRoom.start({ 'example/web': () => (_request, response) => response.end('ok') });
  const probe = { httpGet: { path: '/', port: 80 } };
  const containers = [{ name: 'main', image: 'example/web', ports: [{ containerPort: 80 }], readinessProbe: probe }];
  const pod = await room.run('web', { containers });
  const { clock } = room;
  await room[Symbol.asyncDispose]();
  assert.is(clock.timers, 0);
  assert.not(await room.listens(pod.status?.podIP ?? '', 80));
});

test.run();
