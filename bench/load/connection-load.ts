/** Opens connections, exchanges one byte on each, and resets them, so that no port has to wait before it is used again. */
import { connect } from 'node:net';
import { finish, loadOptions, Meter } from '../harness/load.ts';

interface ConnectionLoad {
  readonly port: number;
  readonly concurrency: number;
  readonly connections: number;
}

const { port, concurrency, connections } = loadOptions<ConnectionLoad>();
const warmUp = Math.round(connections / 5);
const meter = new Meter();
let started = 0;
let ended = 0;

for (let index = 0; index < concurrency; index += 1) open();

function open(): void {
  if (started === warmUp + connections) return;
  started += 1;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write('x'));
  socket.once('data', () => {
    socket.resetAndDestroy();
    ended += 1;
    if (ended === warmUp) meter.begin();
    else if (ended > warmUp) meter.add(1);
    if (ended === warmUp + connections) finish(meter.result);
    else open();
  });
}
