/** The frame of a table: columns, what rows carry, custom resources. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { humanDuration } from '../../src/printers/human-duration.ts';
import { parseJsonPath } from '../../src/printers/json-path.ts';
import { partialObjectMetadataList } from '../../src/printers/partial-object-metadata.ts';
import { tableFor } from '../../src/printers/table.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const test = suite('table');

const configMaps = resourceTable().find(({ resource }) => resource === 'configmaps') as Resource;
const configMap = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'c', namespace: 'n' }, data: { a: '1' } };
const request = { resource: configMaps, objects: [configMap], metadata: { resourceVersion: '7' }, now: NOW };

test('columns always carry format, description and priority', () => {
  const { kind, apiVersion, metadata, columnDefinitions } = tableFor(request);
  assert.equal([kind, apiVersion, metadata], ['Table', 'meta.k8s.io/v1', { resourceVersion: '7' }]);
  assert.equal(
    columnDefinitions?.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['Data', 'string', '', 0],
      ['Age', 'string', '', 0],
    ],
  );
  assert.match(columnDefinitions?.[0]?.description ?? '', /^Name must be unique/);
});

test('a row carries metadata, the whole object, or nothing, as asked', () => {
  const objectOf = (includeObject: 'Metadata' | 'Object' | 'None'): unknown =>
    tableFor({ ...request, includeObject }).rows[0]?.object;
  assert.equal(objectOf('Metadata'), {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: configMap.metadata,
  });
  assert.is(objectOf('Object'), configMap);
  assert.is(objectOf('None'), null);
});

test('without headers the column definitions are null', () =>
  assert.is(tableFor({ ...request, noHeaders: true }).columnDefinitions, null));

test('a table may be asked for in v1beta1', () => {
  const table = tableFor({ ...request, version: 'v1beta1' });
  assert.equal([table.apiVersion, table.rows[0]?.object?.apiVersion], ['meta.k8s.io/v1beta1', 'meta.k8s.io/v1beta1']);
});

test('custom resources show what the paths of their columns lead to', () => {
  const column = (name: string, type: string, jsonPath: string): Resource['columns'][number] => ({
    name,
    type,
    jsonPath,
  });
  const resource: Resource = {
    ...configMaps,
    group: 'shop.example.com',
    kind: 'Widget',
    columns: [
      { name: 'Name', type: 'string', format: 'name' },
      column('Size', 'integer', '.spec.size'),
      column('Ready', 'string', '.status.conditions[?(@.type=="Ready")].status'),
      column('Tags', 'string', '.spec.tags'),
      column('Missing', 'string', '.spec.nope'),
      column('Wrong', 'integer', '.spec.color'),
      column('Age', 'date', '.metadata.creationTimestamp'),
    ],
  };
  const widget = {
    metadata: { name: 'w', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { size: 3.9, color: 'red', tags: ['a', 'b'] },
    status: {
      conditions: [
        { type: 'Other', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
    },
  };
  const table = tableFor({ ...request, resource, objects: [widget] });
  assert.equal(table.rows[0]?.cells, ['w', 3, 'True', '["a","b"]', null, null, '60m']);
  assert.is(
    table.columnDefinitions?.[1]?.description,
    'Custom resource definition column (in JSONPath format): .spec.size',
  );
});

test('a list of metadata keeps the metadata of the list', () => {
  const list = partialObjectMetadataList({ metadata: { resourceVersion: '9' }, items: [configMap] });
  assert.equal(
    [list.kind, list.metadata, list.items[0]?.metadata],
    ['PartialObjectMetadataList', { resourceVersion: '9' }, configMap.metadata],
  );
});

const DURATIONS: [number, string][] = [
  [-2, '<invalid>'],
  [-1.5, '0s'],
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [121, '2m1s'],
  [599, '9m59s'],
  [600, '10m'],
  [3 * 3600 - 1, '179m'],
  [3 * 3600, '3h'],
  [3 * 3600 + 60, '3h1m'],
  [8 * 3600 + 60, '8h'],
  [48 * 3600, '2d'],
  [49 * 3600, '2d1h'],
  [8 * 86400 + 3600, '8d'],
  [729 * 86400, '729d'],
  [731 * 86400, '2y1d'],
  [8 * 365 * 86400 + 86400, '8y'],
];
for (const [seconds, text] of DURATIONS)
  test(`${seconds} seconds are ${text}`, () => assert.is(humanDuration(seconds * 1000), text));

const OBJECT = { a: { 'b.c': 1, list: [{ n: 1, t: 'x' }, { n: 2, t: 'y' }, { n: 3 }] }, deep: { n: 4 } };
const PATHS: [string, unknown[]][] = [
  ['.a["b.c"]', [1]],
  [".a['b.c']", [1]],
  ['.a.b\\.c', [1]],
  ['.a.list[0].n', [1]],
  ['.a.list[-1].n', [3]],
  ['.a.list[*].n', [1, 2, 3]],
  ['.a.list[1:].n', [2, 3]],
  ['.a.list[?(@.n>1)].n', [2, 3]],
  ['.a.list[?(@.t)].n', [1, 2]],
  [".a.list[?(@.t=='y')].n", [2]],
  ['..n', [1, 2, 3, 4]],
  ['.nope.further', []],
];
for (const [path, found] of PATHS)
  test(`the path ${path} leads to ${JSON.stringify(found)}`, () => assert.equal(parseJsonPath(path)?.(OBJECT), found));

test('what is no path is refused', () => {
  for (const text of ['.a[', '.a[?(@.b', '.a..']) assert.is(parseJsonPath(text), undefined, text);
});

test.run();
