/** From a definition to a served resource, and back. */
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildApiServer } from '../../src/index.ts';
import { startServer } from '../endpoints/_server.ts';
import {
  create,
  DEFINITIONS,
  definition,
  deleteDefinition,
  patch,
  startWidgets,
  version,
  WIDGETS,
  widget,
} from './_widgets.ts';

const test = suite('definitions');
const conditionsOf = (object: KubeObject): string[] =>
  object.status.conditions.map(({ type, status, reason }: Record<string, string>) => `${type}=${status} ${reason}`);

test('a definition is served at once, and tells so', async () => {
  await using server = await startWidgets([version({ size: { type: 'integer' } })]);
  assert.is((await server.ask(`GET ${WIDGETS}`)).json.kind, 'WidgetList');
  const { json } = await server.ask(`GET ${DEFINITIONS}/widgets.shop.example.com`);
  assert.equal(conditionsOf(json), ['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted']);
  assert.equal(json.status.acceptedNames, {
    plural: 'widgets',
    singular: 'widget',
    kind: 'Widget',
    listKind: 'WidgetList',
  });
});

test('it is discovered and described', async () => {
  await using server = await startWidgets([version({ size: { type: 'integer', description: 'How big.' } })]);
  const { json } = await server.ask('GET /apis/shop.example.com/v1');
  assert.equal(
    json.resources.map(({ name }: { name: string }) => name),
    ['widgets'],
  );
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const aggregated = await server.ask('GET /apis', { headers: { accept } });
  assert.match(aggregated.bytes.toString(), '"name":"shop.example.com"');
  const { definitions } = (await server.ask('GET /openapi/v2')).json;
  assert.is(definitions['com.example.shop.v1.Widget'].properties.spec.properties.size.description, 'How big.');
  const { text } = await server.ask('GET /openapi/v3/apis/shop.example.com/v1');
  assert.match(text, 'How big.');
});

test('a name that is taken keeps a definition from being served until it is free', async () => {
  await using server = await startWidgets([version({})]);
  const other = { names: { plural: 'gadgets', kind: 'Widget' } };
  await server.ask(`POST ${DEFINITIONS}`, { body: definition([version({})], other, 'gadgets') });
  const path = '/apis/shop.example.com/v1/namespaces/default/gadgets';
  assert.is((await server.ask(`GET ${path}`)).status, 404);
  const { json } = await server.ask(`GET ${DEFINITIONS}/gadgets.shop.example.com`);
  assert.equal(conditionsOf(json), ['NamesAccepted=False ListKindConflict', 'Established=False NotAccepted']);
  assert.is(json.status.conditions[0].message, '"WidgetList" is already in use');
  await deleteDefinition(server);
  assert.is((await server.ask(`GET ${path}`)).status, 200);
});

test('deleting a definition deletes its objects, and nothing is served any more', async () => {
  await using server = await startWidgets([version({})]);
  await create(server, {});
  const { json } = await deleteDefinition(server);
  assert.equal(json.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
  assert.is(conditionsOf(json).at(-1), 'Terminating=True InstanceDeletionPending');
  assert.is((await server.ask(`GET ${WIDGETS}`)).text, '404 page not found\n');
  assert.is((await server.ask(`GET ${DEFINITIONS}/widgets.shop.example.com`)).status, 404);
  await server.ask(`POST ${DEFINITIONS}`, { body: definition([version({})]) });
  assert.equal((await server.ask(`GET ${WIDGETS}`)).json.items, []);
});

test('an object with a finalizer keeps its definition, which takes no new objects', async () => {
  await using server = await startWidgets([version({})]);
  const body = { ...widget({}), metadata: { name: 'w', finalizers: ['example.com/hold'] } };
  await server.ask(`POST ${WIDGETS}`, { body });
  await deleteDefinition(server);
  const refused = await create(server, {}, 'new');
  assert.equal(
    [refused.status, refused.json.message],
    [405, 'create not allowed while custom resource definition is terminating'],
  );
  const { json } = await server.ask(`GET ${DEFINITIONS}/widgets.shop.example.com`);
  assert.is(conditionsOf(json).at(-1), 'Terminating=True InstanceDeletionInProgress');
  await patch(server, { metadata: { finalizers: null } });
  await setImmediate();
  assert.is((await server.ask(`GET ${WIDGETS}`)).status, 404);
});

test('a watch ends with its resource, after the last event', async () => {
  const apiServer = await buildApiServer({ authorization: 'AlwaysAllow' });
  const transport = apiServer.transport({ name: 'tester' });
  const send = async (method: string, url: string, object?: object): Promise<void> =>
    void (await transport.request({ method, url, headers: {}, ...(object === undefined ? {} : { object }) }));
  await send('POST', DEFINITIONS, definition([version({})]));
  await send('POST', WIDGETS, widget({}));
  const response = await transport.request({ method: 'GET', url: `${WIDGETS}?watch=true`, headers: {} });
  const seen: string[] = [];
  if (response.type === 'watch')
    response.watch.start({ event: ({ type }) => void seen.push(type), end: () => void seen.push('end') });
  await send('DELETE', `${DEFINITIONS}/widgets.shop.example.com`);
  await setImmediate();
  apiServer.close();
  assert.equal(seen, ['ADDED', 'DELETED', 'end']);
});

test('versions differ in name alone, and the newest stable one is preferred', async () => {
  const versions = [
    version({ a: { type: 'string' } }, { storage: false, deprecated: true }),
    version({ a: { type: 'string' } }, { name: 'v2' }),
  ];
  await using server = await startWidgets(versions);
  const created = await create(server, { a: 'x' });
  assert.is(created.json.apiVersion, 'shop.example.com/v1');
  assert.is(
    created.headers.warning,
    '299 - "shop.example.com/v1 Widget is deprecated; use shop.example.com/v2 Widget"',
  );
  const { json } = await server.ask(`GET ${WIDGETS.replace('v1', 'v2')}`);
  assert.equal([json.apiVersion, json.items[0].apiVersion], ['shop.example.com/v2', 'shop.example.com/v2']);
  const group = await server.ask('GET /apis/shop.example.com');
  assert.is(group.json.preferredVersion.version, 'v2');
});

test('a changed definition counts from the next request on', async () => {
  await using server = await startWidgets([version({ a: { type: 'string' } })]);
  await create(server, { a: 'x' });
  const next = [version({ a: { type: 'string' }, b: { type: 'string', default: 'y' } })];
  const changed = await patch(server, { spec: { versions: next } }, `${DEFINITIONS}/widgets.shop.example.com`);
  assert.is(changed.json.metadata.generation, 2);
  assert.equal((await server.ask(`GET ${WIDGETS}/w`)).json.spec, { a: 'x', b: 'y' });
  assert.equal((await create(server, {}, 'new')).json.spec, { b: 'y' });
});

test('objects of a definition that serves no version go with it all the same', async () => {
  await using server = await startWidgets([version({})]);
  await create(server, {});
  const path = `${DEFINITIONS}/widgets.shop.example.com`;
  await patch(server, { spec: { versions: [version({}, { served: false })] } }, path);
  await deleteDefinition(server);
  assert.is((await server.ask(`GET ${path}`)).status, 404);
  await server.ask(`POST ${DEFINITIONS}`, { body: definition([version({})]) });
  assert.equal((await server.ask(`GET ${WIDGETS}`)).json.items, []);
});

test('a version that is served no more is gone', async () => {
  const both = [version({}, { storage: false }), version({}, { name: 'v2' })];
  await using server = await startWidgets(both);
  const one = [version({}, { storage: false, served: false }), version({}, { name: 'v2' })];
  await patch(server, { spec: { versions: one } }, `${DEFINITIONS}/widgets.shop.example.com`);
  assert.is((await server.ask(`GET ${WIDGETS}`)).status, 404);
  assert.is((await server.ask(`GET ${WIDGETS.replace('v1', 'v2')}`)).status, 200);
});

test('a dry run defines nothing', async () => {
  await using server = await startServer();
  const answer = await server.ask(`POST ${DEFINITIONS}?dryRun=All`, { body: definition([version({})]) });
  assert.is(answer.status, 201);
  assert.is((await server.ask(`GET ${WIDGETS}`)).status, 404);
});

test.run();
