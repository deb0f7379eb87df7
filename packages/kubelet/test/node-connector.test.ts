import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerContext } from '../src/index.ts';
import { MachineRoom, serving } from './_machine-room.ts';

const test = suite('reaching into containers');
const TARGET = { namespace: 'work', pod: 'web' };

async function exec(room: MachineRoom, command: string[], input = ''): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = new PassThrough().end(input);
  const code = await room.nodes.connector.exec({ ...TARGET, command, stdin, stdout, stderr });
  return `${code} ${stdout.read() ?? ''}${stderr.read() ?? ''}`;
}

test('a command is run by the function of the image', async () => {
  await using room = await MachineRoom.start({
    'example/app': {
      async exec({ command, stdin, stdout }) {
        for await (const chunk of stdin) stdout.write(`${command[0]}: ${chunk}`);
        return 7;
      },
    },
  });
  await room.run('web');
  assert.is(await exec(room, ['cat'], 'meow'), '7 cat: meow');
});

test('a service may bring its own way to run commands', async () => {
  await using room = await MachineRoom.start({
    'example/app': () => ({ ports: {}, exec: ({ stdout }) => void stdout.write('from the service') }),
  });
  await room.run('web');
  assert.is(await exec(room, ['x']), '0 from the service');
});

test('a command that throws fails with its message', async () => {
  await using room = await MachineRoom.start({
    'example/app': {
      exec: () => {
        throw new Error('broken');
      },
    },
  });
  await room.run('web');
  assert.is(await exec(room, ['x']), '1 broken\n');
});

const BUILT_INS: [command: string[], expected: string][] = [
  [['true'], '0 '],
  [['/bin/false'], '1 '],
  [['echo', 'a', 'b'], '0 a b\n'],
  [['hostname'], '0 web\n'],
  [['printenv', 'COLOR'], '0 blue\n'],
  [['cat', '/etc/hostname'], '0 web\n'],
  [['cat', '/no'], "1 cat: can't open '/no': No such file or directory\n"],
  [['bash'], '127 exec: "bash": executable file not found in $PATH\n'],
];

for (const [command, expected] of BUILT_INS)
  test(`${command.join(' ')} in a simulated container`, async () => {
    await using room = await MachineRoom.start();
    const env = [{ name: 'COLOR', value: 'blue' }];
    await room.run('web', { containers: [{ name: 'main', image: 'x', env }] });
    assert.is(await exec(room, command), expected);
  });

test('a following reader gets what is written, until the container ends', async () => {
  let say: (text: string) => void = () => {};
  await using room = await MachineRoom.start({
    'example/app': ({ log }) => {
      say = log;
      log('one');
    },
  });
  await room.run('web', { restartPolicy: 'Never' });
  const lines: string[] = [];
  const reading = (async () => {
    for await (const chunk of room.nodes.logs({ ...TARGET, follow: true })) lines.push(Buffer.from(chunk).toString());
  })();
  say('two');
  await room.nodes.crash('work/web');
  await reading;
  assert.equal(lines, ['one\n', 'two\n']);
});

test('whoever attaches sees what is written from then on', async () => {
  let say: (text: string) => void = () => {};
  await using room = await MachineRoom.start({
    'example/app': ({ log }) => {
      say = log;
      log('before');
    },
  });
  await room.run('web', { restartPolicy: 'Never' });
  const stdout = new PassThrough();
  const attached = room.nodes.connector.attach({ ...TARGET, stdout });
  say('after');
  await room.nodes.crash('work/web');
  await attached;
  assert.is(String(stdout.read()), 'after\n');
});

/** A container that repeats what it is told. */
const REPEATING = {
  'example/app': ({ stdin, log, exit }: ContainerContext) => {
    stdin.on('data', (chunk: Buffer) => log(`heard ${chunk}`)).once('end', () => exit(0));
  },
};

test('with stdinOnce a container reads what its first client types, to its end', async () => {
  await using room = await MachineRoom.start(REPEATING);
  const container = { name: 'main', image: 'example/app', stdin: true, stdinOnce: true };
  await room.run('web', { restartPolicy: 'Never', containers: [container] });
  const stdout = new PassThrough();
  await room.nodes.connector.attach({ ...TARGET, stdin: new PassThrough().end('hello'), stdout });
  assert.is(String(stdout.read()), 'heard hello\n');
});

test('the input of a container without stdin is at its end at once', async () => {
  await using room = await MachineRoom.start(REPEATING);
  const pod = await room.run('web', { restartPolicy: 'Never' });
  assert.is(pod.status?.phase, 'Succeeded');
});

test('without stdinOnce others may go on typing', async () => {
  await using room = await MachineRoom.start(REPEATING);
  await room.run('web', { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/app', stdin: true }] });
  const stdout = new PassThrough();
  const attach = (text: string, gone: AbortController): Promise<void> =>
    room.nodes.connector.attach({ ...TARGET, stdin: new PassThrough().end(text), stdout, signal: gone.signal });
  for (const text of ['one', 'two']) {
    const gone = new AbortController();
    const attached = attach(text, gone);
    await once(stdout, 'readable');
    assert.is(String(stdout.read()), `heard ${text}\n`);
    gone.abort();
    await attached;
  }
});

test('a command learns how large the terminal is', async () => {
  await using room = await MachineRoom.start({
    'example/app': {
      async exec({ tty, resizes, stdout }) {
        for await (const { width, height } of resizes) stdout.write(`${tty} ${width}x${height}\n`);
      },
    },
  });
  await room.run('web');
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const resizes = Readable.from([{ width: 80, height: 24 }]);
  await room.nodes.connector.exec({ ...TARGET, command: ['x'], stdout, stderr, tty: true, resizes });
  assert.is(String(stdout.read()), 'true 80x24\n');
});

test('a port is reached, and refused where nothing listens', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => ({ tcp: (socket) => socket.end('hi') }) });
  await room.run('web', serving('example/app', { containerPort: 80 }));
  const socket = await room.nodes.connector.connect({ ...TARGET, port: 80 });
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  assert.is(answer, 'hi');
  try {
    await room.nodes.connector.connect({ ...TARGET, port: 81 });
    assert.unreachable();
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
  }
});

const ERRORS: [name: string, images: object, request: object, code: number, message: string][] = [
  ['an unknown pod', {}, { pod: 'no' }, 404, 'pods "no" not found'],
  ['an unknown container', {}, { container: 'no' }, 400, 'container no is not valid for pod web'],
  [
    'a run before the first',
    {},
    { previous: true },
    400,
    'previous terminated container "main" in pod "web" not found',
  ],
  [
    'a container that cannot start',
    { 'example/app': new Error('manifest unknown') },
    {},
    400,
    'container "main" in pod "web" is waiting to start: manifest unknown',
  ],
];

for (const [name, images, request, code, message] of ERRORS)
  test(`the log of ${name} is an error in the kubelet's words`, async () => {
    await using room = await MachineRoom.start(images as never);
    await room.run('web');
    try {
      room.nodes.logs({ ...TARGET, ...request });
      assert.unreachable();
    } catch (error) {
      assert.equal([(error as { code: number }).code, (error as Error).message], [code, message]);
    }
  });

test.run();
