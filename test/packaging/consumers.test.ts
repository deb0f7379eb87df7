/**
 * The packed packages work in an empty project, under every test runner and module system.
 * @needs build, @deadline 300 s
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packages } from '../tidiness/_repository.ts';
import { type Consumer, installConsumer, packAll } from './_packed.ts';

const test = suite('consumers');
const names = packages.map(({ manifest }) => manifest.name);
const consumer = installEverything();

async function installEverything(): Promise<Consumer> {
  const installed = await installConsumer(await packAll());
  copyFileSync('fixtures/manifests/shop.yaml', join(installed.folder, 'shop.yaml'));
  return installed;
}

test('every package can be required and imported, with the same exports', async () => {
  const printed = await (await consumer).run('node', ['every-package.mjs', ...names]);
  const exported = JSON.parse(printed) as Record<string, { commonJs: string[]; esm: string[] }>;
  assert.equal(Object.keys(exported), names);
  for (const { commonJs, esm } of Object.values(exported)) assert.equal(commonJs, esm);
});

const RUNNERS: { name: string; command: string; args: string[]; environment?: Record<string, string>; says: RegExp }[] =
  [
    {
      name: 'Jest with its defaults',
      command: 'jest',
      args: ['--config', 'jest-default/jest.config.js', '--detectOpenHandles'],
      says: /Tests:\s+1 passed, 1 total/,
    },
    {
      name: 'Jest in ES module mode',
      command: 'jest',
      args: ['--config', 'jest-esm/jest.config.json'],
      environment: { NODE_OPTIONS: '--experimental-vm-modules' },
      says: /Tests:\s+1 passed, 1 total/,
    },
    { name: 'Vitest', command: 'vitest', args: ['run', '--dir', 'vitest'], says: /Tests\s+1 passed/ },
    {
      name: 'node:test',
      command: 'node',
      args: ['--test', 'node-test/shop.test.mjs', 'node-test/shop.test.cjs'],
      says: /pass 2\n(.*\n)*.*fail 0/,
    },
    { name: 'uvu', command: 'uvu', args: ['uvu', '\\.mjs$'], says: /Passed:\s+1/ },
  ];

for (const { name, command, args, environment, says } of RUNNERS)
  test(`a cluster runs under ${name}`, async () => {
    const output = await (await consumer).run(command, args, environment);
    assert.match(output, says);
    assert.not.match(output, /open handle|did not exit/);
  });

for (const [module, outputs] of [
  ['nodenext', ['shop.js', 'shop.mjs']],
  ['commonjs', ['shop.js']],
] as const)
  test(`TypeScript compiles against it under ${module}, and what comes out runs`, async () => {
    const project = await consumer;
    await project.run('tsc', ['-p', `typescript/tsconfig.${module}.json`]);
    for (const output of outputs)
      assert.match(await project.run('node', [`typescript/out-${module}/${output}`]), /answered by web-/);
  });

test('the command starts a cluster, tells where, and ends on a signal', async () => {
  const { folder } = await consumer;
  const child = spawn(join(folder, 'node_modules/.bin/towtank'), ['up', '--json', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  assert.type(JSON.parse(line), 'object');
  child.kill('SIGTERM');
  assert.equal(await exited, [0, null]);
});

test.after(async () => (await consumer)[Symbol.asyncDispose]());

test.run();
