/** Takes all bytes that a server sends on one connection. */
import { connect } from 'node:net';
import { finish, loadOptions, Meter } from '../harness/load.ts';

const { port, bytes } = loadOptions<{ readonly port: number; readonly bytes: number }>();
const buffer = Buffer.allocUnsafe(1 << 20);
const meter = new Meter();
let received = 0;

const take = (count: number): boolean => {
  if (received === 0) meter.begin();
  else meter.add(count);
  received += count;
  if (received >= bytes) finish(meter.result);
  return true;
};
connect({ port, host: '127.0.0.1', onread: { buffer, callback: take } });
