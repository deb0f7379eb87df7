/**
 * What kubectl and the Python client send through a WebSocket is recorded, and a strict replay gives the same again.
 * @deadline 120 s
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Cluster, startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonWith, toolPath, Workplace } from '../clients/_tools.ts';
import { twice } from './_twice.ts';

const test = suite('streams recorded and replayed');
const kubectl = toolPath('kubectl');
const python = pythonWith('kubernetes');

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: web, image: demo/web, ports: [{ name: http, containerPort: 8080 }] }
`;

/** A cluster with a Pod whose commands are those of a small image: `upper`, `fail`, `say` and the host's `tar` and `test`. */
const starter = (folder: string) => async (): Promise<Cluster> => {
  const cluster = await startCluster({
    images: {
      'demo/web': ({ log }) => {
        for (const line of ['one', 'two', 'three']) log(line);
        return {
          ports: { http: (request, response) => request.pipe(response) },
          async exec({ command: [program = '', ...args], stdin, stdout, stderr }) {
            if (program === 'fail') {
              stderr.write('it failed\n');
              return 3;
            }
            if (program === 'tar' || program === 'test') {
              const child = spawn(program, args, { cwd: folder });
              child.stdout.on('data', (chunk: Buffer) => stdout.write(chunk));
              stdin.pipe(child.stdin);
              const [code] = (await once(child, 'close')) as [number];
              return code;
            }
            if (program !== 'upper') return void stdout.write(`${args.join(' ')}\n`);
            for await (const chunk of stdin) stdout.write(String(chunk).toUpperCase());
          },
        };
      },
    },
  });
  await cluster.apply(POD);
  await cluster.settled();
  return cluster;
};

const COMMANDS: Readonly<Record<string, { args: string[]; input?: string; says: RegExp }>> = {
  exec: { args: ['exec', 'web', '--', 'say', 'hello'], says: /^hello\n$/ },
  'exec with input': { args: ['exec', '-i', 'web', '--', 'upper'], input: 'quiet\n', says: /^QUIET\n$/ },
  'exec that fails': {
    args: ['exec', 'web', '--', 'fail'],
    says: /^it failed\ncommand terminated with exit code 3\n$/,
  },
  'exec in a Pod that is not there': { args: ['exec', 'none', '--', 'true'], says: /pods "none" not found/ },
  logs: { args: ['logs', 'web'], says: /^one\ntwo\nthree\n$/ },
};

for (const [name, { args, input = '', says }] of Object.entries(COMMANDS))
  test(`kubectl ${name}`, async () => {
    const { recorded, replayed } = await twice(starter('.'), async (kubeconfig) => {
      using place = new Workplace(kubeconfig);
      return await place.run(kubectl, args, { input });
    });
    assert.equal(replayed, recorded);
    assert.match(recorded.stdout + recorded.stderr, says);
  });

test('kubectl cp to a Pod and back', async () => {
  using remote = new Workplace('');
  const { recorded, replayed } = await twice(starter(remote.folder), async (kubeconfig) => {
    using place = new Workplace(kubeconfig);
    mkdirSync(join(remote.folder, 'in'), { recursive: true });
    place.file('here.txt', 'copied\n'.repeat(1000));
    const outcomes = [
      await place.run(kubectl, ['cp', 'here.txt', 'web:in/there.txt']),
      await place.run(kubectl, ['cp', 'web:in/there.txt', 'back.txt']),
    ];
    return [...outcomes, readFileSync(join(place.folder, 'back.txt'), 'utf8')];
  });
  assert.equal(replayed, recorded);
  assert.is(recorded.at(-1), 'copied\n'.repeat(1000));
});

test('kubectl port-forward', async () => {
  const { recorded, replayed } = await twice(starter('.'), async (kubeconfig) => {
    using place = new Workplace(kubeconfig);
    await using forward = place.start(kubectl, ['port-forward', 'pod/web', ':8080']);
    const port = /127\.0\.0\.1:(\d+)/.exec(await forward.line(/Forwarding from 127/))?.[1];
    const answers: string[] = [];
    for (const body of ['first', 'second'.repeat(10_000)])
      answers.push(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text());
    return answers;
  });
  assert.equal(replayed, recorded);
  assert.is(recorded[0], 'first');
});

const whenInstalled = python === undefined ? test.skip : test;
if (python === undefined) console.log('skipped: python3 has no package kubernetes');
whenInstalled('the Python client runs commands', async () => {
  const { recorded, replayed } = await twice(starter('.'), async (kubeconfig) => {
    using place = new Workplace(kubeconfig);
    return await place.ok(python ?? '', [resolve('test/clients/programs/python-exec.py')]);
  });
  assert.is(replayed, recorded);
  assert.equal(JSON.parse(recorded), { said: 'hello\n', loud: 'QUIET', failed: 'it failed\n', code: 3 });
});

test.run();
