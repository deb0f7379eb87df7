/** The OpenAPI documents that clients validate, explain and generate code from. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OpenApiDocuments, type OpenApiRequest } from '../../src/openapi/serve-openapi.ts';
import { decodeMessage } from '../../src/protobuf/decode-message.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { resourceTable } from '../../src/resources/resource-table.ts';

const test = suite('openapi');
const builtIn = resourceTable().map((resource) => ({ resource }));
const documents = new OpenApiDocuments(builtIn);

const get = (path: string, more: Partial<OpenApiRequest> = {}, from: OpenApiDocuments = documents) =>
  from.serve({ path, ...more });
// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes
const json = (path: string, from?: OpenApiDocuments): any => JSON.parse(String(get(path, {}, from)?.body));

const core = json('/openapi/v3/api/v1');

test('the index names a document with its hash for each group version', () => {
  const { paths } = json('/openapi/v3');
  for (const name of ['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'version', 'openid/v1/jwks'])
    assert.match(paths[name].serverRelativeURL, new RegExp(`^/openapi/v3/${name}\\?hash=[0-9A-F]{128}$`));
  assert.is(get('/openapi/v3')?.contentType, 'text/plain; charset=utf-8');
});

test('a document has the entity tag of its hash, and is not sent twice', () => {
  const { serverRelativeURL } = json('/openapi/v3').paths['apis/apps/v1'];
  const hash = serverRelativeURL.split('hash=')[1];
  const answer = get('/openapi/v3/apis/apps/v1', { query: new URLSearchParams({ hash }) });
  assert.equal(
    [answer?.status, answer?.headers?.etag, answer?.headers?.['cache-control']],
    [200, `"${hash}"`, 'public, immutable'],
  );
  assert.is(get('/openapi/v3/apis/apps/v1', { ifNoneMatch: `"${hash}"` })?.status, 304);
});

test('an old hash leads to the new one', () => {
  const answer = get('/openapi/v3/apis/apps/v1', { query: new URLSearchParams({ hash: 'OLD' }) });
  assert.is(answer?.status, 301);
  assert.match(answer?.headers?.location ?? '', /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
});

test('fields keep list types, merge keys, enums and defaults', () => {
  const { ServiceSpec, ServicePort } = Object.fromEntries(
    ['ServiceSpec', 'ServicePort'].map((kind) => [kind, core.components.schemas[`io.k8s.api.core.v1.${kind}`]]),
  );
  assert.equal(ServiceSpec.properties.ports, {
    type: 'array',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ServicePort' },
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'port',
    'x-kubernetes-patch-strategy': 'merge',
  });
  assert.equal(ServicePort.properties.protocol, { type: 'string', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] });
});

test('a field of another type wraps the reference, so that it can have a default', () => {
  const { properties } = core.components.schemas['io.k8s.api.core.v1.Service'];
  assert.equal(properties.spec, {
    default: {},
    allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ServiceSpec' }],
  });
});

test('kinds that every group has are listed as this group’s own', () =>
  assert.equal(
    core.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'],
    [{ group: '', kind: 'DeleteOptions', version: 'v1' }],
  ));

test('every reference leads somewhere', () => {
  for (const name of Object.keys(json('/openapi/v3').paths)) {
    const document = json(`/openapi/v3/${name}`);
    const types = new Set(Object.keys(document.components.schemas));
    for (const [, type] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(types.has(type ?? ''), `${name}: ${type}`);
  }
});

const OPERATIONS: [string, string, string, string][] = [
  ['/api/v1/namespaces/{namespace}/pods', 'get', 'listCoreV1NamespacedPod', 'list or watch objects of kind Pod'],
  ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces', 'list or watch objects of kind Pod'],
  ['/api/v1/namespaces/{namespace}/events', 'post', 'createCoreV1NamespacedEvent', 'create an Event'],
  ['/api/v1/namespaces/{namespace}/endpoints/{name}', 'delete', 'deleteCoreV1NamespacedEndpoints', 'delete Endpoints'],
  ['/api/v1/nodes', 'delete', 'deleteCoreV1CollectionNode', 'delete collection of Node'],
  [
    '/api/v1/namespaces/{namespace}/pods/{name}/exec',
    'get',
    'connectCoreV1GetNamespacedPodExec',
    'connect GET requests to exec of Pod',
  ],
  [
    '/api/v1/nodes/{name}/proxy/{path}',
    'options',
    'connectCoreV1OptionsNodeProxyWithPath',
    'connect OPTIONS requests to proxy of Node',
  ],
  [
    '/api/v1/namespaces/{namespace}/replicationcontrollers/{name}/scale',
    'patch',
    'patchCoreV1NamespacedReplicationControllerScale',
    'partially update scale of the specified ReplicationController',
  ],
];
for (const [path, method, id, description] of OPERATIONS)
  test(`${method} ${path} is ${id}`, () => {
    const operation = core.paths[path][method];
    assert.equal([operation.operationId, operation.description, operation.tags], [id, description, ['core_v1']]);
  });

test('an operation says which kind it is about and what it does', () => {
  const eviction = core.paths['/api/v1/namespaces/{namespace}/pods/{name}/eviction'].post;
  assert.equal(eviction['x-kubernetes-group-version-kind'], { group: 'policy', version: 'v1', kind: 'Eviction' });
  assert.is(eviction['x-kubernetes-action'], 'post');
});

test('parameters that all operations of a path share stand at the path', () => {
  const path = core.paths['/api/v1/namespaces/{namespace}/pods'];
  assert.equal(
    path.parameters.map(({ name }: { name: string }) => name),
    ['namespace', 'pretty'],
  );
  assert.equal(
    path.post.parameters.map(({ name }: { name: string }) => name),
    ['dryRun', 'fieldManager', 'fieldValidation'],
  );
});

test('groups of several words have one word in names of operations', () => {
  const { paths } = json('/openapi/v3/apis/rbac.authorization.k8s.io/v1');
  const { operationId, tags } = paths['/apis/rbac.authorization.k8s.io/v1/clusterroles'].get;
  assert.equal([operationId, tags], ['listRbacAuthorizationV1ClusterRole', ['rbacAuthorization_v1']]);
});

const widget: Resource = {
  group: 'shop.example.com',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  singular: 'widget',
  namespaced: true,
  verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
  shortNames: [],
  categories: [],
  subresources: [{ subresource: 'status', group: '', version: '', kind: 'Widget', verbs: ['get', 'patch', 'update'] }],
  columns: [],
  fieldSelectors: [],
  schema: '',
};
const withWidgets = new OpenApiDocuments([
  ...builtIn,
  { resource: widget, schema: { type: 'object', properties: { spec: { type: 'object' } } } },
]);

test('a custom resource is described under its domain backwards', () => {
  const document = json('/openapi/v3/apis/shop.example.com/v1', withWidgets);
  const { Widget, WidgetList } = Object.fromEntries(
    ['Widget', 'WidgetList'].map((kind) => [kind, document.components.schemas[`com.example.shop.v1.${kind}`]]),
  );
  assert.equal(Widget['x-kubernetes-group-version-kind'], [
    { group: 'shop.example.com', version: 'v1', kind: 'Widget' },
  ]);
  assert.equal(Object.keys(Widget.properties), ['spec', 'apiVersion', 'kind', 'metadata']);
  assert.equal(WidgetList.required, ['items']);
});

test('a custom resource keeps the words of its definition', () => {
  const openApiSchema = {
    type: 'object',
    description: 'A widget.',
    properties: {
      spec: {
        type: 'object',
        properties: {
          default: { type: 'string', pattern: '^a', default: 'abc' },
          any: { anyOf: [{ type: 'string' }] },
        },
      },
    },
  };
  const described = new OpenApiDocuments([...builtIn, { resource: widget, schema: { type: 'object' }, openApiSchema }]);
  const type = 'com.example.shop.v1.Widget';
  const v3 = json('/openapi/v3/apis/shop.example.com/v1', described).components.schemas[type];
  assert.equal([v3.description, v3.properties.spec], ['A widget.', openApiSchema.properties.spec]);
  assert.equal(v3.properties.metadata, {
    allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
  });
  const v2 = json('/openapi/v2', described).definitions[type];
  assert.equal(v2.properties.spec.properties, { default: { type: 'string', pattern: '^a' }, any: {} });
  assert.equal(v2.properties.metadata, { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' });
});

test('a custom resource takes no strategic merge patch', () => {
  const { paths } = json('/openapi/v3/apis/shop.example.com/v1', withWidgets);
  const { patch } = paths['/apis/shop.example.com/v1/namespaces/{namespace}/widgets/{name}'];
  assert.equal(Object.keys(patch.requestBody.content), [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
  ]);
});

test('only the documents that change get another hash', () => {
  const [before, after] = [json('/openapi/v3').paths, json('/openapi/v3', withWidgets).paths];
  assert.equal(before['api/v1'], after['api/v1']);
  assert.ok(after['apis/shop.example.com/v1']);
  assert.not(before['apis/shop.example.com/v1']);
  assert.is.not(get('/openapi/v2')?.headers?.etag, get('/openapi/v2', {}, withWidgets)?.headers?.etag);
});

test('the Swagger document holds the whole API, and every reference leads somewhere', () => {
  const document = json('/openapi/v2');
  assert.is(document.swagger, '2.0');
  assert.ok(document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale']);
  for (const [, type] of JSON.stringify(document).matchAll(/"#\/definitions\/([^"]+)"/g))
    assert.ok(document.definitions[type ?? ''], type);
  assert.equal(document.definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString'], {
    type: 'string',
    format: 'int-or-string',
  });
});

const SWAGGER_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

test('a client gets the form of the Swagger document that it likes best', () => {
  const typeFor = (accept: string): unknown => get('/openapi/v2', { accept })?.contentType;
  const protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  assert.is(typeFor(SWAGGER_PROTOBUF), protobuf);
  assert.is(typeFor(`${SWAGGER_PROTOBUF}, application/json`), protobuf);
  assert.is(typeFor(`application/json, ${SWAGGER_PROTOBUF};q=0.5`), 'application/json');
  assert.is(typeFor('*/*'), 'application/json');
  assert.is(get('/openapi/v2', { accept: 'text/html' })?.status, 406);
  assert.is(get('/openapi/v3/api/v1', { accept: SWAGGER_PROTOBUF })?.status, 406);
});

test('both forms of the Swagger document say the same', () => {
  const document = json('/openapi/v2');
  const bytes = get('/openapi/v2', { accept: SWAGGER_PROTOBUF })?.body as Uint8Array;
  // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
  const read = decodeMessage(bytes, 'openapi/v2.Document') as any;
  assert.equal(Object.keys(read.paths.entries), Object.keys(document.paths));
  assert.equal(Object.keys(read.definitions.entries), Object.keys(document.definitions));
  const path = '/api/v1/namespaces/{namespace}/pods/{name}';
  assert.is(read.paths.entries[path].get.operationId, document.paths[path].get.operationId);
  const parameters = read.paths.entries[path].parameters as { parameter: { nonBody: object } }[];
  assert.equal(
    parameters.map(({ parameter }) => Object.values(parameter.nonBody)[0]),
    document.paths[path].parameters,
  );
  const name = 'io.k8s.api.apps.v1.Deployment';
  const { type, extensions, properties } = read.definitions.entries[name];
  assert.equal(type, { value: ['object'] });
  assert.equal(Object.keys(properties.entries), Object.keys(document.definitions[name].properties).sort());
  assert.equal(extensions, {
    'x-kubernetes-group-version-kind': { yaml: '- group: apps\n  kind: Deployment\n  version: v1\n' },
  });
});

test('there is no document for what is not served', () => {
  assert.is(get('/openapi/v3/apis/nope/v1'), undefined);
  assert.is(get('/openapi/v1'), undefined);
});

test.run();
