import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bindVirtualIps, loopbackPlan, VirtualNetwork } from '../src/index.ts';

const test = suite('loopback plan');

const plan = loopbackPlan(['10.96.0.0/16', '10.244.0.0/16', '203.0.113.0/24']);
const PAIRS: [virtual: string, loopback: string | undefined][] = [
  ['10.96.0.0', '127.64.0.0'],
  ['10.96.0.10', '127.64.0.10'],
  ['10.96.255.255', '127.64.255.255'],
  ['10.244.3.4', '127.65.3.4'],
  ['203.0.113.7', '127.66.0.7'],
  ['10.97.0.1', undefined],
  ['203.0.114.0', undefined],
  ['fd00::1', undefined],
];
for (const [virtual, loopback] of PAIRS) {
  test(`${virtual} stands at ${loopback ?? 'no address'}`, () => {
    assert.is(plan.toLoopback(virtual), loopback);
    if (loopback !== undefined) assert.is(plan.toVirtual(loopback), virtual);
  });
}

test('ranges that do not fit or are not IPv4 are turned away', () => {
  assert.throws(() => loopbackPlan(['10.0.0.0/8']), /does not fit/);
  assert.throws(() => loopbackPlan(['fd00::/108']), /not an IPv4 range/);
});

if (process.platform === 'linux') {
  test('bound addresses are real ports of this machine, as they come and go', async () => {
    const network = new VirtualNetwork();
    const server = createServer((socket) => socket.end('hello'));
    const first = await network.listen({ ip: '10.96.0.10', port: 18_080 }, server);
    const failures: string[] = [];
    const busy: Promise<void>[] = [];
    const activity = {
      begin: () => {
        let end = (): void => {};
        busy.push(
          new Promise<void>((resolve) => {
            end = resolve;
          }),
        );
        return end;
      },
    };
    const watched = Object.assign(network, { activity });
    await using _bound = bindVirtualIps({ network: watched, plan, failed: ({ ip }) => failures.push(ip) });
    const second = network.bind({ ip: '10.96.0.11', port: 18_080 }, { host: '127.0.0.1', port: 1 });
    await Promise.all(busy);
    const socket = connect(18_080, '127.64.0.10');
    assert.is(String((await once(socket, 'data'))[0]), 'hello');
    second.close();
    first.close();
    server.close();
    await new Promise(setImmediate);
    const refused = connect(18_080, '127.64.0.10');
    assert.is((await once(refused, 'error'))[0].code, 'ECONNREFUSED');
    assert.equal(failures, []);
  });
}

test.run();
