/** Dumps of other tools become snapshots. */
import { mkdirSync } from 'node:fs';
import { type CassetteRecord, importDump, readCassette } from '@towtank/recorder';
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
    'a recording by KWOK',
    {
      'a.yaml': [
        '{apiVersion: v1, kind: Node, metadata: {name: node-1}}',
        '{apiVersion: action.kwok.x-k8s.io/v1alpha1, kind: ResourcePatch, durationNanosecond: 1000000, method: create, resource: {version: v1, resource: pods}, target: {name: p, namespace: d}, template: {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: d}}}',
        '{apiVersion: action.kwok.x-k8s.io/v1alpha1, kind: ResourcePatch, durationNanosecond: 2000000, method: patch, resource: {version: v1, resource: pods}, target: {name: p, namespace: d}, template: {status: {phase: Running}}}',
        '{apiVersion: action.kwok.x-k8s.io/v1alpha1, kind: ResourcePatch, durationNanosecond: 3000000, method: delete, resource: {version: v1, resource: pods}, target: {name: p, namespace: d}}',
      ].join('\n---\n'),
    },
    ['object v1/nodes node-1', '1 ADDED v1/pods p', '2 MODIFIED v1/pods p', '3 DELETED v1/pods p'],
  ],
] as [string, Record<string, string>, string[]][])
  test(name, async () => assert.equal(describe(await imported(files)), expected));

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
