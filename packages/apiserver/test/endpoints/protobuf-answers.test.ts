/** Clients that prefer protocol buffers get them wherever a kind has that form. */
import { type EncodedEvent, expired, type WatchSink } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { buildApiServer, listen } from '../../src/index.ts';
import { decodeMessage } from '../../src/protobuf/decode-message.ts';
import { decodeProtobuf } from '../../src/protobuf/decode-protobuf.ts';
import { watchInProtobuf } from '../../src/protobuf/encode-protobuf.ts';
import { readFields } from '../../src/protobuf/wire-reader.ts';
import { errorEvent } from '../../src/registry/watch-objects.ts';
import { startServer } from './_server.ts';

const test = suite('protobuf answers');
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAPS = '/api/v1/namespaces/default/configmaps';
const METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const RULE = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const CASES: { name: string; request: string; accept?: string; body?: object; status: number; shows: object }[] = [
  {
    name: 'an object',
    request: 'GET /api/v1/namespaces/default',
    status: 200,
    shows: { kind: 'Namespace', apiVersion: 'v1', spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
  },
  {
    name: 'what was created',
    request: 'POST /apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
    body: { metadata: { name: 'reader' }, rules: [RULE] },
    status: 201,
    shows: { kind: 'Role', rules: [RULE] },
  },
  {
    name: 'an object in another version than the stored one',
    request: 'POST /apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
    body: {
      metadata: { name: 'a' },
      spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    },
    status: 201,
    shows: { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v1' },
  },
  {
    name: 'metadata alone',
    request: 'GET /api/v1/namespaces/default',
    accept: `${PROTOBUF};${METADATA}`,
    status: 200,
    shows: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' },
  },
  {
    name: 'a failure',
    request: `GET ${MAPS}/none`,
    status: 404,
    shows: {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'configmaps "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'configmaps' },
      code: 404,
    },
  },
  {
    name: 'a Table, which has no such form, is refused',
    request: `GET ${MAPS}`,
    accept: `${PROTOBUF};as=Table;g=meta.k8s.io;v=v1,${PROTOBUF}`,
    status: 406,
    shows: {
      reason: 'NotAcceptable',
      message:
        'object *v1.Table does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message',
    },
  },
  {
    name: 'a review',
    request: 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: {},
    status: 201,
    shows: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
  },
];

for (const { name, request, accept = PROTOBUF, body, status, shows } of CASES)
  test(name, async () => {
    await using server = await startServer();
    const answer = await server.ask(request, { headers: { accept }, ...(body === undefined ? {} : { body }) });
    assert.is(answer.status, status);
    assert.is(answer.headers['content-type'], PROTOBUF);
    const decoded = decodeProtobuf(answer.bytes, 'Any') as Record<string, unknown>;
    for (const [field, value] of Object.entries(shows)) assert.equal(decoded[field], value, field);
  });

test('the best media type of several is taken', async () => {
  await using server = await startServer();
  const typeFor = async (accept: string): Promise<string | undefined> =>
    (await server.ask('GET /api/v1/namespaces/default', { headers: { accept } })).headers['content-type'];
  assert.is(await typeFor(`${PROTOBUF},application/json`), PROTOBUF);
  assert.is(await typeFor(`application/json,${PROTOBUF}`), 'application/json');
  assert.is(await typeFor('*/*'), 'application/json');
});

test('kinds without that form are JSON to clients that take it, and refused to others', async () => {
  await using server = await startServer();
  const request = 'GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const answer = await server.ask(request, { headers: { accept: `${PROTOBUF},application/json` } });
  assert.is(answer.json.kind, 'CustomResourceDefinitionList');
  assert.is((await server.ask(request, { headers: { accept: PROTOBUF } })).status, 406);
});

test('a list', async () => {
  await using server = await startServer();
  for (const name of ['a', 'b']) await server.ask(`POST ${MAPS}`, { body: { metadata: { name }, data: { of: name } } });
  const { bytes } = await server.ask(`GET ${MAPS}?limit=1`, { headers: { accept: PROTOBUF } });
  const envelope = readFields(bytes.subarray(4)).map(({ value }) => value as Uint8Array);
  assert.equal(
    readFields(envelope[0] as Uint8Array).map(({ value }) => String(Buffer.from(value as Uint8Array))),
    ['v1', 'ConfigMapList'],
  );
  const [metadata, ...items] = readFields(envelope[1] as Uint8Array).map(({ value }) => value as Uint8Array);
  assert.is(decodeMessage(metadata as Uint8Array, 'meta/v1.ListMeta').remainingItemCount, 1);
  assert.equal(
    items.map((item) => decodeMessage(item, 'core/v1.ConfigMap').data),
    [{ of: 'a' }],
  );
});

/** Type and object of an event without its length. */
function readEvent(bytes: Uint8Array): { type: string; object: Record<string, unknown> } {
  const [type, object] = readFields(bytes).map(({ value }) => value as Uint8Array);
  const [raw] = readFields(object as Uint8Array);
  return {
    type: String(Buffer.from(type as Uint8Array)),
    object: decodeProtobuf(raw?.value as Uint8Array, 'Any') as Record<string, unknown>,
  };
}

function readFrame(event: EncodedEvent): ReturnType<typeof readEvent> {
  const frame = Buffer.from(event.frame());
  assert.is(frame.readUInt32BE(0), frame.length - 4, 'the length comes first');
  return readEvent(frame.subarray(4));
}

test('a watch, each event behind its length, encoded once for all who watch', async () => {
  await using server = await startServer();
  const watch = () => server.watch(`${MAPS}?watch=true&resourceVersion=0`, PROTOBUF);
  const [one, other] = [await watch(), await watch()];
  await server.ask(`POST ${MAPS}`, { body: { metadata: { name: 'a' }, data: { x: 'y' } } });
  await server.ask(`DELETE ${MAPS}/a`);
  const seen = one.map(readFrame).map(({ type, object }) => [type, object.kind, object.data]);
  assert.equal(seen, [
    ['ADDED', 'ConfigMap', { x: 'y' }],
    ['DELETED', 'ConfigMap', { x: 'y' }],
  ]);
  assert.is(one[0]?.frame(), other[0]?.frame());
});

test('a watch that fails says so in the same form', () => {
  const events: EncodedEvent[] = [];
  const failing = {
    start: (sink: WatchSink) => sink.event(errorEvent(expired('too old resource version: 1 (2)'))),
    close: () => {},
  };
  watchInProtobuf(failing).start({ event: (event) => void events.push(event), end: () => {} });
  const [{ type, object }] = events.map(readFrame) as [ReturnType<typeof readEvent>];
  assert.equal([type, object.kind, object.code, object.reason], ['ERROR', 'Status', 410, 'Expired']);
});

test('over HTTP the media type says that it is a watch; over a WebSocket there are no lengths', async () => {
  const apiServer = await buildApiServer({ authorization: 'AlwaysAllow' });
  await using listener = await listen(apiServer);
  const path = '/api/v1/namespaces?watch=true&fieldSelector=metadata.name=default';
  const stop = new AbortController();
  const answer = await fetch(listener.url + path, { headers: { accept: PROTOBUF }, signal: stop.signal });
  assert.is(answer.headers.get('content-type'), `${PROTOBUF};stream=watch`);
  stop.abort();
  const webSocket = new WebSocket(listener.url + path, { headers: { accept: PROTOBUF } });
  const [message, isBinary] = await new Promise<[Buffer, boolean]>((resolve) => {
    webSocket.once('message', (...given) => resolve(given as [Buffer, boolean]));
  });
  webSocket.terminate();
  assert.is(isBinary, true);
  assert.is(readEvent(message).object.kind, 'Namespace');
  apiServer.close();
});

test.run();
