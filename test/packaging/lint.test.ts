/**
 * What is packed is what its package.json says, for every kind of consumer.
 * @needs build, @deadline 180 s
 */
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packages } from '../tidiness/_repository.ts';
import { packAll } from './_packed.ts';

const test = suite('packed packages');
const packed = packAll();

const bytesOf = async (name: string): Promise<Buffer> =>
  readFileSync((await packed).find((tarball) => tarball.name === name)?.path ?? '');

for (const { manifest } of packages) {
  const { name } = manifest;

  test(`publint finds nothing wrong with ${name}`, async () => {
    const bytes = await bytesOf(name);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    assert.is(messages.map((message) => formatMessage(message, pkg)).join('\n'), '');
  });

  test(`the types of ${name} are right however it is resolved`, async () => {
    const result = await checkPackage(createPackageFromTarballData(await bytesOf(name)));
    assert.ok(result.types, `${name} has no types`);
    assert.equal('problems' in result ? result.problems.map(({ kind }) => kind) : [], []);
  });

  test(`${name} holds its licence, its README and nothing of its source`, async () => {
    const files = createPackageFromTarballData(await bytesOf(name))
      .listFiles()
      .map((path) => path.replace(`/node_modules/${name}/`, ''));
    for (const file of ['LICENSE', 'README.md', 'package.json']) assert.ok(files.includes(file), `${file} is missing`);
    assert.equal(
      files.filter((path) => /^(src|test|bench)\//.test(path)),
      [],
    );
  });
}

test.run();
