/** Packages import along the arrows of ARCHITECTURE.md, and only what their package.json names. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, normalize } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow, type Package, packages } from './_repository.ts';

const test = suite('layering');

/** Who may import whom: the whole design in ten lines. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  apimachinery: [],
  network: [],
  client: ['apimachinery'],
  apiserver: ['apimachinery'],
  controllers: ['client', 'apimachinery'],
  dns: ['client', 'apimachinery'],
  proxy: ['client', 'apimachinery', 'network'],
  kubelet: ['client', 'apimachinery', 'network'],
  recorder: ['apimachinery'],
  towtank: ['apimachinery', 'network', 'client', 'apiserver', 'controllers', 'dns', 'proxy', 'kubelet', 'recorder'],
};

interface Import {
  readonly path: string;
  readonly specifier: string;
}

const importsOf = ({ folder }: Package): Import[] =>
  filesBelow(`${folder}/src`).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    const found = text.matchAll(
      /(?:^|\n)(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:\bimport|\brequire)\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g,
    );
    return [...found].map(([, a, b, c]) => ({ path, specifier: a ?? b ?? c ?? '' }));
  });

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

test('the arrows name every package', () =>
  assert.equal(packages.map(({ folder }) => folder.replace('packages/', '')).sort(), Object.keys(ARROWS).sort()));

for (const found of packages) {
  const name = found.folder.replace('packages/', '');
  const imports = importsOf(found);
  const outside = imports.filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
  const show = (list: Import[]): string => list.map(({ path, specifier }) => `${path}: ${specifier}`).join('\n');

  test(`${name} imports along the arrows`, () => {
    const allowed = new Set((ARROWS[name] ?? []).map((target) => `@towtank/${target}`));
    const workspace = outside.filter(({ specifier }) => /^(@towtank\/|towtank$)/.test(specifier));
    assert.is(show(workspace.filter(({ specifier }) => !allowed.has(specifier))), '');
  });

  test(`${name} declares what it imports`, () => {
    const declared = new Set(Object.keys(found.manifest.dependencies ?? {}));
    assert.is(show(outside.filter(({ specifier }) => !declared.has(packageName(specifier)))), '');
  });

  test(`${name} imports built-in modules by their full name`, () =>
    assert.is(show(outside.filter(({ specifier }) => builtinModules.includes(specifier))), ''));

  test(`${name} does not reach into other packages by path`, () => {
    const relative = imports.filter(({ specifier }) => specifier.startsWith('.'));
    const escapes = ({ path, specifier }: Import): boolean =>
      !normalize(join(path, '..', specifier)).startsWith(`${found.folder}/src/`);
    assert.is(show(relative.filter(escapes)), '');
  });
}

test.run();
