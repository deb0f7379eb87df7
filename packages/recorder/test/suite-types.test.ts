/** The helpers for suites fit the types of the runners that they are for. */
import { afterEach, beforeEach } from 'node:test';
import { type SuiteHooks, withCassettes } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';

const folder = new Folder();
folder.cassette([], 'types-of-suites-fit.jsonl');
process.once('exit', () => folder[Symbol.dispose]());

({ beforeEach, afterEach }) satisfies SuiteHooks;

const test = withCassettes(suite('types of suites'), { folder: folder.path, upstream: process.env.KUBECONFIG });
test('fit', ({ cassette: { mode, url } }) => {
  assert.is(mode, 'replay');
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
});
test.run();
