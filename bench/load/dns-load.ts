/** Keeps a number of DNS queries under way and counts the answers; a query that gets none is an error. */
import { createSocket } from 'node:dgram';
import { finish, loadOptions, Meter } from '../harness/load.ts';

interface DnsLoad {
  readonly port: number;
  readonly name: string;
  readonly concurrency: number;
  readonly queries: number;
}

const { port, name, concurrency, queries } = loadOptions<DnsLoad>();
const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
const query = Buffer.concat([
  Buffer.from('000001000001000000000000', 'hex'),
  ...labels,
  Buffer.from('0000010001', 'hex'),
]);
const warmUp = Math.round(queries / 5);
const meter = new Meter();
const socket = createSocket('udp4');
let sent = 0;
let answered = 0;

socket.on('message', (message) => {
  const rcode = (message[3] ?? 0) & 0xf;
  if (rcode !== 0) throw new Error(`the answer has rcode ${rcode}`);
  answered += 1;
  if (answered === warmUp) meter.begin();
  else if (answered > warmUp) meter.add(1);
  if (answered === warmUp + queries) finish(meter.result);
  else if (sent < warmUp + queries) send();
});
socket.connect(port, '127.0.0.1', () => {
  for (let index = 0; index < concurrency; index += 1) send();
});
setTimeout(() => {
  throw new Error(`${sent - answered} of ${sent} queries have no answer`);
}, 60_000).unref();

function send(): void {
  sent += 1;
  const message = Buffer.from(query);
  message.writeUInt16BE(sent & 0xffff, 0);
  socket.send(message);
}
