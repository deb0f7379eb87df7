/**
 * The commands around recordings, as people use them.
 * @deadline 120 s
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkCassette, clientKubeconfig } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHOP, startShop } from '../clients/_shop.ts';
import { toolPath, Workplace } from '../clients/_tools.ts';
import { bundleCommand } from './_towtank-command.ts';

const test = suite('recorder on the command line');
const kubectl = toolPath('kubectl');
const command = await bundleCommand();
const towtank = (...args: string[]): string[] => [command, ...args];

test('a command is recorded, shown, checked and served again', async () => {
  await using cluster = await startShop();
  await cluster.apply(SHOP);
  await cluster.settled();
  using place = new Workplace(cluster.kubeconfig);
  const services = ['get', 'services', '-n', 'shop'];
  const recorded = await place.ok(process.execPath, towtank('record', '-o', 'a', '--', kubectl, ...services));
  assert.match(recorded, /^web-node +NodePort/m);
  const shown = await place.ok(process.execPath, towtank('cassette', 'show', 'a'));
  assert.match(shown, /^LINE +MS +WHAT +SUBJECT +OUTCOME$/m);
  assert.match(shown, /^\d+ +\d+ +GET +\/api\/v1\/namespaces\/shop\/services\?limit=500 +200$/m);
  const checked = await place.ok(process.execPath, towtank('cassette', 'check', 'a.jsonl'));
  assert.match(checked, /^a\.jsonl +\d+ +0 +0 +0 +0 +\d+ +0$/m);

  await using server = place.start(process.execPath, towtank('replay', 'a', '--kubeconfig', 'replayed'));
  await server.line(/^replaying a\.jsonl at http:\/\/127\.0\.0\.1:\d+\. Ctrl-C stops it\.$/);
  assert.is(await place.ok(kubectl, ['--kubeconfig', 'replayed', ...services]), recorded);
});

test('a snapshot is recorded around a command, and lives again', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const args = ['--resource', 'configmaps', '--resource', 'namespaces', '--', kubectl];
  const create = ['create', 'configmap', 'settings', '--from-literal=a=1'];
  const outcome = await place.run(process.execPath, towtank('record', '-o', 'a.jsonl', ...args, ...create));
  assert.is(outcome.stdout, 'configmap/settings created\n');
  assert.match(outcome.stderr, /recorded \d+ requests, .*, \d+ objects, \d+ changes, \d+ bytes/);
  const live = ['replay', 'a.jsonl', '--mode', 'live', '--speed', 'instant', '--kubeconfig', 'live'];
  await using server = place.start(process.execPath, towtank(...live));
  await server.line(/^replaying a\.jsonl at https:/);
  const root = ['get', 'configmap', 'kube-root-ca.crt', '-o', 'name', '--kubeconfig', 'live'];
  assert.is(await place.ok(kubectl, root), 'configmap/kube-root-ca.crt\n');
});

test('what a live replay does not serve is told of', async () => {
  using place = new Workplace('');
  place.file(
    'a.jsonl',
    [
      '{"type":"cassette","version":1,"recorded":"2026-01-01T00:00:00Z"}',
      '{"type":"object","resource":"example.com/v1/widgets","object":{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}}}\n',
    ].join('\n'),
  );
  await using server = place.start(process.execPath, towtank('replay', 'a', '--mode', 'live'));
  const [told] = (await once(server.child.stderr, 'data')) as [Buffer];
  assert.is(told.toString(), 'example.com/v1/widgets is not served here: 1 objects are left out\n');
});

test('a recording that is killed can be read up to its last whole line', async () => {
  await using cluster = await startShop();
  using place = new Workplace(cluster.kubeconfig);
  const script = place.file(
    'endless.sh',
    `while true; do ${kubectl} get pods -A -o yaml >/dev/null || exit; echo round; done`,
  );
  const running = place.start(process.execPath, towtank('record', '-o', 'a.jsonl', '--', 'sh', script));
  await running.line(/round/);
  running.child.kill('SIGKILL');
  await running[Symbol.asyncDispose]();
  const { summary } = await checkCassette(resolve(place.folder, 'a.jsonl'));
  assert.ok(summary.requests > 0, `${summary.requests} requests`);
  const wholeLines = readFileSync(resolve(place.folder, 'a.jsonl'), 'utf8').split('\n').length - 1;
  assert.is(summary.lines, wholeLines);
});

for (const [name, args, expected] of [
  [
    'a cassette that is not there',
    ['cassette', 'show', 'nowhere.jsonl'],
    /^towtank: nowhere\.jsonl: there is no such cassette\n$/,
  ],
  ['a corrupt cassette', ['cassette', 'check', 'bad.jsonl'], /^towtank: bad\.jsonl:2: the line is not JSON: /],
  ['credentials that are left', ['cassette', 'check', 'leaky.jsonl'], /^towtank: 1 credentials are left/],
  [
    'steps without a live replay',
    ['replay', 'leaky.jsonl', '--speed', 'step'],
    /^towtank: only a live replay can be stepped/,
  ],
  [
    'a speed that is none',
    ['replay', 'leaky.jsonl', '--speed', 'fast'],
    /^towtank: .*It must be such as 10x, or instant or step/,
  ],
  ['a command that fails', ['record', '-o', 'a.jsonl', '--', 'false'], /towtank: false ended with 1\n$/],
] as const)
  test(`${name}: one clear line and exit code 1`, async () => {
    using place = new Workplace(clientKubeconfig({ server: 'http://127.0.0.1:1' }));
    const header = '{"type":"cassette","version":1,"recorded":"2026-01-01T00:00:00Z"}\n';
    place.file('bad.jsonl', `${header}{"type":\n`);
    const headers = '"headers":{"authorization":"Bearer left"}';
    place.file('leaky.jsonl', `${header}{"type":"request","id":1,"at":0,"method":"GET","url":"/",${headers}}\n`);
    const { code, stderr } = await place.run(process.execPath, towtank(...args));
    assert.match(stderr, expected);
    assert.is(code, 1);
  });

test('recordings are trimmed, merged, compared, and go out as HAR and back', async () => {
  using place = new Workplace('');
  const crud = resolve('fixtures/cassettes/conformance/02-crud.jsonl');
  await place.ok(process.execPath, towtank('cassette', 'trim', crud, '-o', 'part', '--keep', '/configmaps'));
  await place.ok(process.execPath, towtank('cassette', 'merge', crud, 'part.jsonl', '-o', 'both.jsonl'));
  await place.ok(process.execPath, towtank('cassette', 'export', 'part.jsonl', '-o', 'part.har'));
  await place.ok(process.execPath, towtank('cassette', 'import', 'part.har', '-o', 'back.jsonl'));
  const requests = async (name: string): Promise<number> =>
    (await checkCassette(resolve(place.folder, name))).summary.requests;
  const [whole, part] = [(await checkCassette(crud)).summary.requests, await requests('part.jsonl')];
  assert.ok(part > 0 && part < whole);
  assert.is(await requests('both.jsonl'), whole + part);
  assert.is(await place.ok(process.execPath, towtank('cassette', 'diff', 'part.jsonl', 'back.jsonl')), '');
  const { code, stdout } = await place.run(process.execPath, towtank('cassette', 'diff', crud, 'part.jsonl'));
  assert.is(code, 1);
  assert.match(stdout, /^removed: POST \/api\/v1\/namespaces$/m);
  assert.ok(readFileSync(resolve(place.folder, 'part.har'), 'utf8').includes('"version": "1.2"'));
});

test.run();
