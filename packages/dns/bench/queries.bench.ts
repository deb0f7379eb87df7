/** Queries over UDP, against the limit: a socket that sends every datagram back. */
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { encodeMessage, startDns } from '../src/index.ts';
import { FakeCluster, namespace, service } from '../test/_fake-cluster.ts';

const WINDOW = 64;
const SECONDS = 2;
const SERVICES = 100;

interface Target {
  readonly port: number;
  close(): Promise<void>;
}

async function startEcho(): Promise<Target> {
  const socket = createSocket('udp4');
  socket.on('message', (packet, { port, address }) => socket.send(packet, port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

const queryBytes = (at: number): Buffer =>
  encodeMessage(
    {
      id: at,
      response: false,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticatedData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name: `svc-${at % SERVICES}.ns.svc.cluster.local`, type: 'A', class: 'IN' }],
      answers: [],
      authorities: [],
      additionals: [],
    },
    { maxBytes: 512 },
  );

/** Keeps a window of queries in flight; how many answers came per second. Runs in a process of its own. */
async function load(port: number): Promise<number> {
  const socket = createSocket({ type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4) });
  const queries = Array.from({ length: 1000 }, (_, at) => queryBytes(at));
  let answers = 0;
  const send = (): void => socket.send(queries[answers % queries.length] ?? '', port, '127.0.0.1');
  socket.on('message', () => {
    answers += 1;
    send();
  });
  for (let count = 0; count < WINDOW; count += 1) send();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const perSecond = (answers * 1000) / (performance.now() - start);
  socket.close();
  return perSecond;
}

async function measure(target: Target): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [String(target.port)], { execArgv: process.execArgv });
  const [perSecond] = await once(child, 'message');
  await target.close();
  return perSecond as number;
}

if (process.send) {
  process.send(await load(Number(process.argv[2])));
  process.disconnect();
} else {
  const services = Array.from({ length: SERVICES }, (_, at) =>
    service(`ns/svc-${at}`, { clusterIP: `10.96.1.${at}`, ports: [{ port: 80 }] }),
  );
  const echo = await measure(await startEcho());
  const dns = await measure(await startDns({ informers: new FakeCluster([namespace('ns'), ...services]) }));
  const fresh = await measure(
    await startDns({
      informers: new FakeCluster([namespace('ns'), ...services]),
      plugins: [(next) => next],
    }),
  );
  const line = (name: string, value: number): string =>
    `${name.padEnd(28)} ${Math.round(value).toLocaleString('en')} per second, ${(value / echo).toFixed(2)} of the echo`;
  console.log([line('echo', echo), line('dns', dns), line('dns, nothing kept', fresh)].join('\n'));
}
