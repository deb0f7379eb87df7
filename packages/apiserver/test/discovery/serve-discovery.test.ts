/** What clients learn of the API before they use it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareKubeVersions } from '../../src/discovery/kube-version.ts';
import { type DiscoveryRequest, serveDiscovery } from '../../src/discovery/serve-discovery.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';

const test = suite('discovery');
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const widget = (version: string, group = 'shop.example.com'): Resource => ({
  group,
  version,
  resource: 'widgets',
  kind: 'Widget',
  singular: 'widget',
  namespaced: true,
  verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
  shortNames: ['wi'],
  categories: ['all'],
  subresources: [
    { subresource: 'status', group: '', version: '', kind: 'Widget', verbs: ['get', 'patch', 'update'] },
    { subresource: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [],
  fieldSelectors: [],
  schema: '',
  storageVersion: 'shop.example.com/v1',
});

const withWidgets = [...resourceTable(), widget('v1beta1'), widget('v2'), widget('v1'), widget('v1', 'a.example.com')];

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes
function get(path: string, more: Partial<DiscoveryRequest> = {}): any {
  const question = path.indexOf('?');
  return serveDiscovery({
    path: question < 0 ? path : path.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : path.slice(question)),
    resources: resourceTable(),
    ...more,
  });
}

test('/api names the core version and the address that was asked', () =>
  assert.equal(get('/api', { host: '127.0.0.1:16444' }).body, {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:16444' }],
  }));

test('/apis lists built-in groups by priority, then custom ones by name', () => {
  const names = get('/apis', { resources: withWidgets }).body.groups.map(({ name }: { name: string }) => name);
  assert.equal(names.slice(0, 3), ['apiregistration.k8s.io', 'apps', 'events.k8s.io']);
  assert.equal(names.slice(-3), ['flowcontrol.apiserver.k8s.io', 'a.example.com', 'shop.example.com']);
});

test('versions of a custom group stand by stability, and the first is preferred', () =>
  assert.equal(get('/apis/shop.example.com', { resources: withWidgets }).body, {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'shop.example.com',
    versions: ['v2', 'v1', 'v1beta1'].map((version) => ({ groupVersion: `shop.example.com/${version}`, version })),
    preferredVersion: { groupVersion: 'shop.example.com/v2', version: 'v2' },
  }));

test('a resource list names subresources, foreign kinds and the hash of the stored version', () => {
  const { body } = get('/apis/shop.example.com/v1beta1', { resources: withWidgets });
  assert.equal([body.kind, body.apiVersion, body.groupVersion], ['APIResourceList', 'v1', 'shop.example.com/v1beta1']);
  const [main, status, scale] = body.resources;
  assert.equal(
    [main.name, main.singularName, main.shortNames, main.categories],
    ['widgets', 'widget', ['wi'], ['all']],
  );
  assert.is(main.storageVersionHash, '1eOuwF5L+ZU=');
  assert.equal([status.name, status.singularName, 'group' in status], ['widgets/status', '', false]);
  assert.equal([scale.name, scale.group, scale.version, scale.kind], ['widgets/scale', 'autoscaling', 'v1', 'Scale']);
});

test('the core list does not say its own apiVersion', () => assert.not('apiVersion' in get('/api/v1').body));

const HASHES: [string, string, string][] = [
  ['/api/v1', 'configmaps', 'qFsyl6wFWjQ='],
  ['/apis/autoscaling/v1', 'horizontalpodautoscalers', 'qwQve8ut294='],
  ['/apis/events.k8s.io/v1', 'events', 'r2yiGXH7wu8='],
  ['/apis/apiextensions.k8s.io/v1', 'customresourcedefinitions', 'jfWCUB31mvA='],
  ['/apis/admissionregistration.k8s.io/v1', 'mutatingadmissionpolicies', 'LYmCf+UMVdg='],
];
for (const [path, name, hash] of HASHES)
  test(`${name} of ${path} have the storage version hash of a real cluster`, () => {
    const row = get(path).body.resources.find((entry: { name: string }) => entry.name === name);
    assert.is(row.storageVersionHash, hash);
  });

test('what is not stored has no storage version hash', () => {
  const rows: { name: string; storageVersionHash?: string }[] = get('/api/v1').body.resources;
  for (const name of ['bindings', 'componentstatuses', 'pods/log'])
    assert.is(rows.find((row) => row.name === name)?.storageVersionHash, undefined, name);
});

test('aggregated discovery holds all groups in one document with an entity tag', () => {
  const answer = get('/apis', { accept: `${AGGREGATED},application/json` });
  assert.is(answer.contentType, AGGREGATED);
  assert.equal([answer.body.kind, answer.body.apiVersion], ['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
  assert.is(answer.body.items.length, get('/apis').body.groups.length);
  const again = get('/apis', { accept: AGGREGATED, ifNoneMatch: answer.headers.etag });
  assert.equal([again.status, again.body], [304, undefined]);
  assert.is(get('/apis', { accept: AGGREGATED, ifNoneMatch: '"other"' }).status, 200);
});

test('aggregated discovery spells out the kind of custom resources only', () => {
  const { items } = get('/apis', { accept: AGGREGATED, resources: withWidgets }).body;
  assert.equal(items[1].versions[0].resources[0].responseKind, { group: '', version: '', kind: 'ControllerRevision' });
  assert.equal(items.at(-1).versions[0].resources[0].responseKind, {
    group: 'shop.example.com',
    version: 'v2',
    kind: 'Widget',
  });
});

test('the entity tag changes when a resource comes', () =>
  assert.is.not(
    get('/apis', { accept: AGGREGATED }).headers.etag,
    get('/apis', { accept: AGGREGATED, resources: withWidgets }).headers.etag,
  ));

test('old clients may ask for v2beta1', () =>
  assert.is(
    get('/api', { accept: AGGREGATED.replace('v2', 'v2beta1') }).body.apiVersion,
    'apidiscovery.k8s.io/v2beta1',
  ));

test('a form of discovery that does not exist falls back to what else is accepted', () => {
  const unknown = AGGREGATED.replace('v2', 'v9');
  assert.is(get('/apis', { accept: `${unknown},application/json` }).body.kind, 'APIGroupList');
  assert.is(get('/apis', { accept: unknown }).status, 406);
});

const MISSING: [string, 404 | undefined][] = [
  ['/apis/nope.example.com', undefined],
  ['/apis/nope.example.com/v1', undefined],
  ['/nope', undefined],
  ['/apis/apps/v9', 404],
  ['/api/v9', 404],
];
for (const [path, status] of MISSING)
  test(`${path} is ${status === undefined ? 'nobody’s path' : 'a Status with 404'}`, () => {
    const answer = get(path);
    assert.is(answer?.status, status);
    if (answer !== undefined) assert.is(answer.body.message, 'the server could not find the requested resource');
  });

test('documents can only be read', () => assert.is(get('/apis', { method: 'POST' }).status, 405));

test('/version says which Kubernetes this behaves as', () => assert.is(get('/version').body.gitVersion, 'v1.36.2'));

test('/ lists every path, sorted', () => {
  const { paths } = get('/').body;
  assert.equal(paths, [...paths].sort());
  for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/readyz/informer-sync', '/openapi/v2'])
    assert.ok(paths.includes(path), path);
});

test('health endpoints say ok', () => {
  for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping', '/livez/poststarthook/rbac/bootstrap-roles'])
    assert.equal([get(path).status, get(path).body], [200, 'ok'], path);
});

test('readyz?verbose lists its checks', () => {
  const lines = get('/readyz?verbose').body.split('\n');
  assert.equal(lines.slice(0, 3), ['[+]ping ok', '[+]log ok', '[+]informer-sync ok']);
  assert.equal(lines.slice(-3), ['[+]shutdown ok', 'readyz check passed', '']);
});

test('checks may be left out; unknown ones are warned about', () => {
  const lines = get('/livez?verbose&exclude=ping&exclude=nope').body.split('\n');
  assert.is(lines[0], '[+]ping excluded: ok');
  assert.is(lines.at(-3), 'warn: some health checks cannot be excluded: no matches for "nope"');
});

test('an unknown check is nobody’s path', () => assert.is(get('/readyz/nope'), undefined));

test('versions order as Kubernetes orders them', () => {
  const sorted = ['v1', 'v10', 'v2', 'v1beta2', 'v1beta1', 'v1alpha10', 'v1alpha2', 'foo', 'zoo'];
  const shuffled = ['zoo', 'v1alpha2', 'v1beta1', 'v2', 'foo', 'v1alpha10', 'v10', 'v1', 'v1beta2'];
  assert.equal(shuffled.sort(compareKubeVersions), ['v10', 'v2', 'v1', ...sorted.slice(3)]);
});

test.run();
