/** Dumps of other tools become snapshots. */
import { mkdirSync, readFileSync } from 'node:fs';
import { type CassetteRecord, type ChangeRecord, importDump, readCassette } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';

const test = suite('import of dumps');

async function imported(files: Readonly<Record<string, string>>): Promise<CassetteRecord[]> {
  using folder = new Folder();
  mkdirSync(folder.file('dump/shop'), { recursive: true });
  for (const [name, text] of Object.entries(files)) folder.file(`dump/${name}`, text);
  const cassette = folder.file('a.jsonl');
  await importDump(folder.file('dump'), cassette, { recorded: '2026-01-01T00:00:00Z' });
  const records: CassetteRecord[] = [];
  for await (const { record } of readCassette(cassette)) records.push(record);
  return records.slice(1);
}

interface KwokObject {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const describe = (records: readonly CassetteRecord[]): string[] =>
  records.map((record) =>
    record.type === 'object' || record.type === 'change'
      ? `${record.type === 'change' ? `${record.at} ${record.change}` : 'object'} ${record.resource} ${record.object.metadata.name}`
      : record.type,
  );

for (const [name, files, expected] of [
  [
    'objects of several documents',
    {
      'a.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: b}\n',
    },
    ['object v1/pods a', 'object networking.k8s.io/v1/networkpolicies b'],
  ],
  [
    'a list as kubectl prints it',
    { 'a.yaml': 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Endpoints, metadata: {name: a}}\n' },
    ['object v1/endpoints a'],
  ],
  [
    'the folders of cluster-info dump, whose items do not say what they are',
    {
      'nodes.json': '{"apiVersion":"v1","kind":"NodeList","items":[{"metadata":{"name":"n"}}]}',
      'shop/pods.json': '{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"p"}}]}',
      'shop/logs.txt': 'no object',
    },
    ['object v1/nodes n', 'object v1/pods p'],
  ],
  [
    'custom resources with a plural of their own',
    {
      'a.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: mice.example.com}\nspec: {group: example.com, names: {kind: Mouse, plural: mice}, versions: [{name: v1}]}\n',
      'b.yaml': 'apiVersion: example.com/v1\nkind: Mouse\nmetadata: {name: m}\n',
    },
    ['object apiextensions.k8s.io/v1/customresourcedefinitions mice.example.com', 'object example.com/v1/mice m'],
  ],
] as [string, Record<string, string>, string[]][])
  test(name, async () => assert.equal(describe(await imported(files)), expected));

/** A Pod that is created, scheduled, runs, and goes, as `kwokctl snapshot record` writes it; the node was there before. */
const KWOK = readFileSync('packages/recorder/test/_kwok-recording.yaml', 'utf8');

test('a recording by KWOK becomes objects and changes', async () => {
  const records = await imported({ 'recording.yaml': KWOK });
  assert.equal(describe(records), [
    'object v1/nodes node-0',
    '305.2 ADDED v1/pods pod-0',
    '306.1 MODIFIED v1/pods pod-0',
    '310.9 MODIFIED v1/pods pod-0',
    '1200 MODIFIED v1/nodes node-0',
    '2500 MODIFIED v1/pods pod-0',
    '2600 DELETED v1/pods pod-0',
  ]);
  const [, created, scheduled, running, tainted, cleaned] = records.map(
    (record) => (record as ChangeRecord).object as unknown as KwokObject,
  );
  assert.is(created?.spec.nodeName, undefined);
  assert.is(scheduled?.spec.nodeName, 'node-0');
  assert.equal(scheduled?.spec.containers, created?.spec.containers);
  assert.equal(
    running?.status?.conditions?.map(({ type, status }) => `${type} ${status}`),
    ['Ready True', 'PodScheduled True'],
  );
  assert.equal(tainted?.spec.taints, [{ key: 'full', effect: 'NoSchedule' }]);
  assert.equal(cleaned?.metadata.finalizers, ['kept']);
  assert.equal(cleaned?.spec.tolerations, undefined);
});

test('a recording by KWOK that misses an object says which', async () => {
  const patch = KWOK.split('---\n').find((text) => text.includes('method: delete')) ?? '';
  await imported({ 'a.yaml': patch }).then(
    () => assert.unreachable('it is imported'),
    (error: Error) =>
      assert.is(error.message, 'a ResourcePatch would delete v1/pods default/pod-0, which the recording does not hold'),
  );
});

test('Secrets are imported without their data', async () => {
  const records = await imported({
    'a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {p: aHVudGVyMg==}\n',
  });
  assert.not.ok(JSON.stringify(records).includes('aHVudGVyMg=='));
});

test('a file that holds no objects is named', async () => {
  await imported({ 'a.yaml': 'just: text\n' }).then(
    () => assert.unreachable('it is imported'),
    (error: Error) => assert.match(error.message, /a\.yaml: an object has no apiVersion or no kind$/),
  );
});

test.run();
