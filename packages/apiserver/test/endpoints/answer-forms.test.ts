/** The forms in which the same objects are answered. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startServer, type TestServer } from './_server.ts';

const test = suite('answer forms');
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const as = (kind: string, version = 'v1'): string => `application/json;as=${kind};v=${version};g=meta.k8s.io`;

async function serverWithOne(): Promise<TestServer> {
  const server = await startServer();
  await server.ask(`POST ${CONFIG_MAPS}`, { body: { metadata: { name: 'c' }, data: { a: '1', b: '2' } } });
  return server;
}

test('an object comes as a table of one', async () => {
  await using server = await serverWithOne();
  server.clock.advance(90_000);
  const { json, headers } = await server.ask(`GET ${CONFIG_MAPS}/c`, { headers: { accept: as('Table') } });
  assert.is(headers['content-type'], 'application/json');
  assert.equal([json.kind, json.rows[0].cells], ['Table', ['c', 2, '90s']]);
  assert.is(json.metadata.resourceVersion, json.rows[0].object.metadata.resourceVersion);
});

test('a table is made anew each time, because ages grow', async () => {
  await using server = await serverWithOne();
  const age = async (): Promise<string> =>
    (await server.ask(`GET ${CONFIG_MAPS}`, { headers: { accept: as('Table') } })).json.rows[0].cells[2];
  assert.is(await age(), '0s');
  server.clock.advance(5000);
  assert.is(await age(), '5s');
});

test('a new object may be answered as a table too', async () => {
  await using server = await startServer();
  const answer = await server.ask(`POST ${CONFIG_MAPS}`, {
    body: { metadata: { name: 'new' } },
    headers: { accept: as('Table') },
  });
  assert.equal([answer.status, answer.json.rows[0].cells.slice(0, 2)], [201, ['new', 0]]);
});

test('a page of a table keeps the continue token', async () => {
  await using server = await serverWithOne();
  await server.ask(`POST ${CONFIG_MAPS}`, { body: { metadata: { name: 'd' } } });
  const { json } = await server.ask(`GET ${CONFIG_MAPS}?limit=1`, { headers: { accept: as('Table') } });
  assert.equal([json.rows.length, typeof json.metadata.continue, json.metadata.remainingItemCount], [1, 'string', 1]);
});

test('an includeObject that is not known is refused', async () => {
  await using server = await startServer();
  const { status, json } = await server.ask(`GET ${CONFIG_MAPS}?includeObject=Bogus`, {
    headers: { accept: as('Table') },
  });
  assert.equal(
    [status, json.message],
    [
      400,
      "Unable to convert to Table as requested: includeObject: Invalid value: \"Bogus\": must be 'Metadata', 'Object', 'None', or empty",
    ],
  );
});

test('metadata alone, of one and of many', async () => {
  await using server = await serverWithOne();
  const one = await server.ask(`GET ${CONFIG_MAPS}/c`, { headers: { accept: as('PartialObjectMetadata') } });
  assert.equal([one.json.kind, one.json.metadata.name, one.json.data], ['PartialObjectMetadata', 'c', undefined]);
  const many = await server.ask(`GET ${CONFIG_MAPS}`, {
    headers: { accept: as('PartialObjectMetadataList', 'v1beta1') },
  });
  assert.equal(
    [many.json.apiVersion, many.json.items[0].kind, many.json.items[0].metadata.name],
    ['meta.k8s.io/v1beta1', 'PartialObjectMetadata', 'c'],
  );
});

const REFUSALS: [string, string, string][] = [
  ['a list of one', `${CONFIG_MAPS}/c`, as('PartialObjectMetadataList')],
  ['one of a list', CONFIG_MAPS, as('PartialObjectMetadata')],
  ['nonsense', `${CONFIG_MAPS}/c`, as('Nonsense')],
  ['CSV', `${CONFIG_MAPS}/c`, 'text/csv'],
];
const MESSAGES = [
  'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
  'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
];
for (const [index, [name, url, accept]] of REFUSALS.entries())
  test(`${name} is not acceptable`, async () => {
    await using server = await serverWithOne();
    const { status, json } = await server.ask(`GET ${url}`, { headers: { accept } });
    assert.equal([status, json.reason, json.message], [406, 'NotAcceptable', MESSAGES[index]]);
  });

test('YAML, for objects, lists and failures', async () => {
  await using server = await serverWithOne();
  const headers = { accept: 'application/yaml' };
  const one = await server.ask(`GET ${CONFIG_MAPS}/c`, { headers });
  assert.is(one.headers['content-type'], 'application/yaml');
  assert.match(one.text, /^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\n/);
  assert.match((await server.ask(`GET ${CONFIG_MAPS}`, { headers })).text, /^apiVersion: v1\nitems:\n- data:\n/);
  assert.match((await server.ask(`GET ${CONFIG_MAPS}/none`, { headers })).text, /^apiVersion: v1\ncode: 404\n/);
});

const PRETTY: [string, string, Record<string, string>, boolean][] = [
  ['asked for', '?pretty=true', {}, true],
  ['asked for by the media type', '', { accept: 'application/json;pretty=1' }, true],
  ['for people at a terminal', '', { 'user-agent': 'curl/8.0' }, true],
  ['unless they refuse', '?pretty=false', { 'user-agent': 'curl/8.0' }, false],
  ['not for programs', '', { 'user-agent': 'kubectl/v1.35' }, false],
];
for (const [name, query, headers, isIndented] of PRETTY)
  test(`indented output: ${name}`, async () => {
    await using server = await serverWithOne();
    for (const path of [`${CONFIG_MAPS}/c`, CONFIG_MAPS, `${CONFIG_MAPS}/none`, '/apis']) {
      const { text } = await server.ask(`GET ${path}${query}`, { headers });
      assert.is(text.startsWith('{\n  "kind": '), isIndented, path);
    }
  });

test('a watch of tables tells the columns once', async () => {
  await using server = await serverWithOne();
  const events = await server.watch(`${CONFIG_MAPS}?watch=true`, as('Table'));
  await server.ask(`POST ${CONFIG_MAPS}`, { body: { metadata: { name: 'd' } } });
  const tables = events.map((event) => JSON.parse(Buffer.from(event.frame()).toString()));
  assert.equal(
    tables.map(({ type, object }) => [type, object.rows[0].cells[0], object.columnDefinitions?.length]),
    [
      ['ADDED', 'c', 3],
      ['ADDED', 'd', undefined],
    ],
  );
  assert.is(tables[1].object.columnDefinitions, null);
});

test('a watch of metadata tells of single objects', async () => {
  await using server = await serverWithOne();
  const [event] = await server.watch(`${CONFIG_MAPS}?watch=true`, as('PartialObjectMetadata'));
  const { type, object } = JSON.parse(Buffer.from(event?.frame() ?? []).toString());
  assert.equal(
    [type, object.kind, object.metadata.name, object.data],
    ['ADDED', 'PartialObjectMetadata', 'c', undefined],
  );
});

test('a group that nobody claims is a plain 404, one of Kubernetes’ own a Status', async () => {
  await using server = await startServer();
  for (const path of ['/nope', '/apis/nope.example.com/v1', '/apis/nope.example.com/v1/things']) {
    const { status, text } = await server.ask(`GET ${path}`);
    assert.equal([status, text], [404, '404 page not found\n'], path);
  }
  for (const path of ['/apis/apps/v9', '/apis/apps/v1/things', '/api/v1/things'])
    assert.is((await server.ask(`GET ${path}`)).json.reason, 'NotFound', path);
});

test.run();
