import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ResolvConfMaker } from '../../src/index.ts';
import { MachineRoom, serving } from '../_machine-room.ts';

const test = suite('resolv.conf');

/** What a container reads, and the Events of its Pod about it. */
async function fileAndEvents(resolvConf?: ResolvConfMaker): Promise<[file: string, events: string[]]> {
  let file = 'unread';
  await using room = await MachineRoom.start(
    {
      'example/web': ({ readFile }) => {
        file = String(readFile('/etc/resolv.conf'));
        return () => {};
      },
    },
    resolvConf === undefined ? {} : { resolvConf },
  );
  await room.run('web', serving('example/web', { containerPort: 80 }));
  const events = (await room.events()).filter((event) => event.includes('DNSConfigForming'));
  return [file, events];
}

test('the file is made for the Pod', async () => {
  const made = await fileAndEvents(({ metadata }) => ({ text: `search ${metadata.namespace}.test\n`, warnings: [] }));
  assert.equal(made, ['search work.test\n', []]);
});

test('what had to be cut is told by Events', async () => {
  const [, events] = await fileAndEvents(() => ({ text: '', warnings: ['too many paths'] }));
  assert.equal(events, ['DNSConfigForming: too many paths']);
});

test('without anybody to make it the file is empty', async () => {
  assert.equal(await fileAndEvents(), ['', []]);
});

test.run();
