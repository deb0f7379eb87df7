/** Every file keeps to the rules of CONTRIBUTING.md that a machine can check. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow, occurrences, packages } from './_repository.ts';

const test = suite('tidy files');

const sources = packages.flatMap(({ folder }) => filesBelow(`${folder}/src`));
const code = [...packages.map(({ folder }) => folder), 'scripts', 'bench', 'test']
  .flatMap(filesBelow)
  .filter((path) => /\.(ts|mjs)$/.test(path));
const prose = [...packages.map(({ folder }) => folder), '.']
  .flatMap((folder) => (folder === '.' ? ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'] : filesBelow(folder)))
  .filter((path) => path.endsWith('.md'));
const written = sources.filter((path) => !path.includes('/src/data/'));

const none = (found: string[]): void => assert.is(found.join('\n'), '');
const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n');

test('no source file is longer than 400 lines', () =>
  none(written.filter((path) => lines(path).length > 401).map((path) => `${path}: ${lines(path).length - 1} lines`)));

test('every source file begins by saying what it is for', () =>
  none(sources.filter((path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, 'utf8')))));

test('no file has a name that explains nothing', () =>
  none(code.filter((path) => /\/(utils?|helpers?|common|misc|types)(\/|\.ts$)/.test(path))));

test('source files stand at most two folders below src', () =>
  none(sources.filter((path) => path.split('/').length > 6)));

test('no open ends are left in the code', () => none(occurrences(code.filter(notThisFile), /\b(TODO|FIXME|XXX)\b/)));

test('no test is left out or singled out', () =>
  none(occurrences(code.filter(isTest).filter(notThisFile), /\.(skip|only)\(/)));

test('every test file runs its suites', () =>
  none(code.filter(isTest).filter((path) => !readFileSync(path, 'utf8').includes('.run()'))));

test('exports are listed by name', () => none(occurrences(sources, /^export \*/)));

test('time comes from the clock', () =>
  none(
    occurrences(
      written.filter((path) => basename(path) !== 'clock.ts' && !path.includes('/src/cli/')),
      /^(?!\s*(\*|\/[/*])).*\b(setTimeout\(|setInterval\(|Date\.now\(|new Date\(\)|performance\.now\()/,
    ),
  ));

test('randomness comes from the seeded generator', () =>
  none(occurrences(written, /^(?!\s*(\*|\/[/*])).*\b(Math\.random\(|randomUUID\()/)));

test('packages work as CommonJS too', () => none(occurrences(written, /\bimport\.meta\b|^(const .* = )?await /)));

test('nothing speaks of the machine that it was written on', () =>
  none(occurrences([...code, ...prose], /(^|[\s'"`(])\/(work|home|root|Users|farm)\/|\.\.\/shared\b/)));

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') && !/^test\/(examples|packaging\/consumer)\//.test(path);
}

function notThisFile(path: string): boolean {
  return basename(path) !== 'files.test.ts';
}

test.run();
