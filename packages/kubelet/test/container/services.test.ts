import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Images } from '../../src/index.ts';
import { MachineRoom, serving, stateOf } from '../_machine-room.ts';

const test = suite('what images serve');

const text = (body: string) => (_request: unknown, response: { end(text: string): void }) => response.end(body);

async function talk(room: MachineRoom, ip: string, port: number, line: string): Promise<string> {
  const socket = await room.network.dial({ host: ip, port });
  socket.end(line);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

async function ask(room: MachineRoom, ip: string, port: number, question: string): Promise<string> {
  const socket = room.network.datagram();
  try {
    await socket.send(question, { ip, port });
    const [answer] = await once(socket, 'message');
    return String(answer);
  } finally {
    socket[Symbol.dispose]();
  }
}

const IP = '10.244.0.2';
const TCP = { containerPort: 5432 };
const UDP = { containerPort: 53, protocol: 'UDP' };

const ROWS: [
  name: string,
  image: Images[string],
  ports: object[],
  check: (room: MachineRoom) => Promise<string>,
  expected: string,
][] = [
  [
    'an HTTP handler on every declared port',
    () => text('hi'),
    [{ containerPort: 80 }, { containerPort: 81 }],
    async (room) => (await room.fetch(IP, 80)) + (await room.fetch(IP, 81)),
    'hihi',
  ],
  ['an HTTP handler on port 80 where none is declared', () => text('hi'), [], (room) => room.fetch(IP, 80), 'hi'],
  [
    'an http.Server',
    () => createServer((_request, response) => response.end('server')),
    [{ containerPort: 80 }],
    (room) => room.fetch(IP, 80),
    'server',
  ],
  ['raw TCP', () => ({ tcp: (socket) => socket.end('welcome') }), [TCP], (room) => talk(room, IP, 5432, ''), 'welcome'],
  [
    'a net.Server',
    () => createTcpServer((socket) => socket.end('raw')),
    [TCP],
    (room) => talk(room, IP, 5432, ''),
    'raw',
  ],
  [
    'UDP',
    () => ({ udp: (message, reply) => reply(`echo ${message}`) }),
    [UDP],
    (room) => ask(room, IP, 53, 'a'),
    'echo a',
  ],
  [
    'TCP and UDP under one number',
    () => ({ tcp: (socket) => socket.end('tcp'), udp: (_message, reply) => reply('udp') }),
    [UDP, { containerPort: 53 }],
    async (room) => (await talk(room, IP, 53, '')) + (await ask(room, IP, 53, '')),
    'tcpudp',
  ],
  [
    'handlers by name and number',
    () => ({ ports: { http: text('web'), 5432: { tcp: (socket) => socket.end('db') } } }),
    [{ name: 'http', containerPort: 8080 }],
    async (room) => (await room.fetch(IP, 8080)) + (await talk(room, IP, 5432, '')),
    'webdb',
  ],
  ['a port from the variable PORT', ({ env }) => text(env.PORT ?? ''), [], (room) => room.fetch(IP, 3000), '3000'],
];

for (const [name, image, ports, check, expected] of ROWS)
  test(name, async () => {
    await using room = await MachineRoom.start({ 'example/app': image });
    const env = name.includes('PORT') ? [{ name: 'PORT', value: '3000' }] : [];
    await room.run('web', { containers: [{ name: 'main', image: 'example/app', ports, env }] });
    assert.is(await check(room), expected);
  });

test('a port name that the container does not declare ends it with a reason', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => ({ ports: { admin: text('no') } }) });
  const pod = await room.run('web', { ...serving('example/app', { containerPort: 80 }), restartPolicy: 'Never' });
  assert.is(stateOf(pod), 'terminated 1 Error');
  assert.match(await room.log('web'), /declares no TCP port named "admin"/);
});

test('two containers of a pod cannot have the same port', async () => {
  await using room = await MachineRoom.start({ 'example/app': () => text('hi') });
  const container = (name: string): object => ({ name, image: 'example/app', ports: [{ containerPort: 80 }] });
  const pod = await room.run('web', { containers: [container('a'), container('b')], restartPolicy: 'Never' });
  assert.is(stateOf(pod, 'a'), 'running');
  assert.is(stateOf(pod, 'b'), 'terminated 1 Error');
  assert.match(await room.log('web', { container: 'b' }), /EADDRINUSE/);
});

test('what a container connects to sees the address of its pod', async () => {
  const peers: (string | undefined)[] = [];
  await using room = await MachineRoom.start({
    'example/server':
      ({ network }) =>
      (request, response) => {
        const peer = network.peerOf(request.socket);
        peers.push(`${peer?.ip} ${peer?.pod} ${peer?.nodeName}`);
        response.end();
      },
    'example/client': async ({ network }) => {
      const socket = await network.dial({ host: IP, port: 80 });
      socket.end('GET / HTTP/1.0\r\n\r\n');
      for await (const _ of socket);
    },
  });
  await room.run('server', serving('example/server', { containerPort: 80 }));
  await room.run('client', { ...serving('example/client'), restartPolicy: 'Never' });
  while ((await room.pod('client')).status?.phase !== 'Succeeded')
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(peers, ['10.244.0.3 work/client node-1']);
});

test.run();
