/**
 * Each README has the same sections, and all TypeScript in it compiles and runs on the packages as they are installed.
 * @deadline 240 s
 * @needs build
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packages } from '../tidiness/_repository.ts';

const test = suite('READMEs');
const run = promisify(execFile);
const FOLDER = resolve('node_modules/.cache/towtank-readme');
/** How long one snippet may take, the end of its process included, on a machine that has much else to do. */
const SNIPPET_LIMIT_MS = 60_000;

interface Snippet {
  readonly name: string;
  readonly path: string;
  readonly code: string;
}

const readmes = ['README.md', ...packages.map(({ folder }) => `${folder}/README.md`)];
const snippets = readmes.flatMap(snippetsOf);

function snippetsOf(readme: string): Snippet[] {
  if (!existsSync(readme)) return [];
  const blocks = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, code = ''], at) => {
    const name = `${readme} block ${at + 1}`;
    return { name, path: join(FOLDER, `${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.ts`), code };
  });
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
for (const { path, code } of snippets) writeFileSync(path, `${code}export {};\n`);

for (const { folder, manifest } of packages)
  test(`the README of ${manifest.name} follows the template`, () => {
    const text = readFileSync(`${folder}/README.md`, 'utf8');
    const [title = '', , description = ''] = text.split('\n');
    assert.is(title, `# ${manifest.name}`);
    assert.ok(description.length > 0, 'a sentence of description follows the title');
    const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
    for (const section of ['Usage', 'Options', 'Supported', 'Not supported', 'Limits'])
      assert.ok(sections.includes(section), `the section ${section} is missing`);
  });

test('what the READMEs show compiles', async () => {
  const config = join(FOLDER, 'tsconfig.json');
  const compilerOptions = { incremental: false, isolatedDeclarations: false, declaration: false };
  const files = snippets.map(({ path }) => path);
  writeFileSync(config, JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, files, include: [] }));
  const { stdout } = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', config]).catch(
    (error: { stdout: string }) => error,
  );
  const inSnippets = stdout.split('\n').filter((line) => line.includes(basename(FOLDER)));
  assert.is(inSnippets.join('\n'), '');
});

/** Snippets spend their time starting up, so that some can run at once. */
const AT_ONCE = 3;
const waiting = [...snippets];
const endings = new Map<Snippet, Promise<unknown>>();

async function runSnippets(): Promise<void> {
  for (let snippet = waiting.shift(); snippet !== undefined; snippet = waiting.shift()) {
    const args = ['--import', 'tsx', snippet.path];
    const environment = { ...process.env, NODE_OPTIONS: '', KUBECONFIG: '' };
    const ending = run(process.execPath, args, { timeout: SNIPPET_LIMIT_MS, env: environment });
    endings.set(snippet, ending);
    await ending.catch(() => {}); // judged by the test of its name
  }
}

const allRun = Promise.all(Array.from({ length: AT_ONCE }, runSnippets));

for (const snippet of snippets)
  test(`${snippet.name} runs`, async () => {
    await allRun;
    await endings.get(snippet);
  });

test('the main README shows code', () => assert.ok(snippets.some(({ name }) => name.startsWith('README.md'))));

test.run();
