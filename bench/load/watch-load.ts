/**
 * Opens many watches and says when each batch of events has reached all of them. The parent sends the marker that ends
 * a batch; the answer is the number of bytes that have come.
 */
import { connect } from 'node:net';
import { loadOptions } from '../harness/load.ts';

interface WatchLoad {
  readonly port: number;
  readonly request: string;
  readonly watchers: number;
}

const { port, request, watchers } = loadOptions<WatchLoad>();
let marker = Buffer.from('never');
let waiting = 0;
let bytes = 0;
const batches = new Array<number>(watchers).fill(0);
let batch = 0;
let open = 0;

for (let index = 0; index < watchers; index += 1) {
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
  let tail: Buffer = Buffer.alloc(0);
  socket.once('data', () => {
    open += 1;
    if (open === watchers) process.send?.('open');
  });
  socket.on('data', (data: Buffer) => {
    bytes += data.length;
    if (batches[index] === batch) return;
    const seen = data.includes(marker) || Buffer.concat([tail, data.subarray(0, marker.length)]).includes(marker);
    tail = data.subarray(-marker.length);
    if (!seen) return;
    batches[index] = batch;
    waiting -= 1;
    if (waiting === 0) process.send?.(bytes);
  });
}

process.on('message', (text: string) => {
  marker = Buffer.from(text);
  batch += 1;
  waiting = watchers;
  process.send?.('ready');
});
process.on('disconnect', () => process.exit(0));
