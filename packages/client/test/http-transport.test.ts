import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Activity, FakeClock, type Transport, type WatchEvent } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { httpTransport, InformerFactory, KubeClient, transportFromKubeconfig } from '../src/index.ts';

const test = suite('HTTP transport');
const PODS = { group: '', version: 'v1', resource: 'pods' };

interface Rig {
  readonly server: string;
  readonly transport: Transport;
  readonly client: KubeClient;
  readonly connections: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function startRig(handler: Handler, port = 0): Promise<Rig> {
  let connections = 0;
  const http: Server = createServer(handler).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const transport = httpTransport({ server, token: 'secret' });
  const dispose = async (): Promise<void> => {
    await transport.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  const client = new KubeClient({ transport });
  return { server, transport, client, connections: () => connections, [Symbol.asyncDispose]: dispose };
}

const sendJson = (response: ServerResponse, object: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object));
};

const podNamed = (name: string, resourceVersion = '1'): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid: name, resourceVersion },
});
const frame = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** Resolves with the first `count` events. */
async function firstEvents(client: KubeClient, count: number): Promise<WatchEvent[]> {
  const watch = await client.resource(PODS).watch();
  return new Promise((resolve) => {
    const events: WatchEvent[] = [];
    watch.start({
      event: (event) => {
        events.push(event as WatchEvent);
        if (events.length < count) return;
        watch.close();
        resolve(events);
      },
      end: () => resolve(events),
    });
  });
}

test('requests carry the token, the body and its type, over one kept connection', async () => {
  const seen: string[] = [];
  await using rig = await startRig(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization, 'content-type': type } = request.headers;
    seen.push(`${request.method} ${request.url} ${authorization} ${type} ${body}`);
    sendJson(response, podNamed('a'));
  });
  const pods = rig.client.resource(PODS);
  await pods.get('a', { namespace: 'ns' });
  await pods.patch('a', { x: 1 }, { namespace: 'ns' });
  assert.equal(seen, [
    'GET /api/v1/namespaces/ns/pods/a Bearer secret undefined ',
    'PATCH /api/v1/namespaces/ns/pods/a Bearer secret application/merge-patch+json {"x":1}',
  ]);
  assert.is(rig.connections(), 1);
});

test('a Status answer becomes the same StatusError as in process', async () => {
  const status = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: 'pods "a" not found' };
  await using rig = await startRig((_, response) => sendJson(response, status, 404));
  const error: { reason?: string; message?: string } = await rig.client
    .resource(PODS)
    .get('a')
    .then(
      () => ({}),
      (reason) => reason,
    );
  assert.is(error.reason, 'NotFound');
  assert.is(error.message, 'pods "a" not found');
});

test('events are cut at line ends, however the bytes arrive', async () => {
  const text = frame('ADDED', podNamed('a')) + frame('MODIFIED', podNamed('é')) + frame('DELETED', podNamed('c'));
  const bytes = Buffer.from(text);
  await using rig = await startRig((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
  });
  const events = await firstEvents(rig.client, 3);
  assert.equal(
    events.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ['ADDED a', 'MODIFIED é', 'DELETED c'],
  );
});

test('a body that breaks off in the middle of an event ends the watch after the whole ones', async () => {
  await using rig = await startRig((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`${frame('ADDED', podNamed('a'))}{"type":"ADD`, () => response.destroy());
  });
  assert.is((await firstEvents(rig.client, 9)).length, 1);
});

test('aborting a request closes it and rejects', async () => {
  await using rig = await startRig(() => {});
  const abort = new AbortController();
  const pending = rig.client.get('/version', { signal: abort.signal }).catch((error: Error) => error.name);
  setImmediate(() => abort.abort());
  assert.is(await pending, 'AbortError');
});

test('an informer survives the restart of the API server', async () => {
  const watchers = new Set<ServerResponse>();
  let listed = [podNamed('a')];
  const handler: Handler = ({ url = '' }, response) => {
    if (!url.includes('watch=true')) {
      const metadata = { resourceVersion: '9' };
      return sendJson(response, { kind: 'PodList', apiVersion: 'v1', metadata, items: listed });
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watchers.add(response);
  };
  const first = await startRig(handler);
  const clock = new FakeClock();
  let failed = (): void => {};
  const failure = (): Promise<void> =>
    new Promise((resolve) => {
      failed = resolve;
    });
  const factory = new InformerFactory({
    client: first.client,
    activity: new Activity(),
    clock,
    watchFailed: () => failed(),
  });
  const added: string[] = [];
  let wanted = (): void => {};
  const informer = factory.informer(PODS);
  informer.addHandler({
    added: ({ metadata }) => {
      added.push(metadata.name ?? '');
      wanted();
    },
  });
  await factory.start();
  const broken = failure();
  await first[Symbol.asyncDispose]();
  await broken;
  const refused = failure();
  clock.advance(60_000);
  await refused;
  listed = [podNamed('a'), podNamed('b', '5')];
  const back = new Promise<void>((resolve) => {
    wanted = resolve;
  });
  await using _second = await startRig(
    ({ url = '' }, response) =>
      url.includes('watch=true')
        ? sendJson(response, { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 }, 410)
        : handler({ url } as IncomingMessage, response),
    Number(new URL(first.server).port),
  );
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(60_000);
  await back;
  assert.equal(added, ['a', 'b']);
  await factory.close();
  await first.transport.close();
});

test('a kubeconfig names server and credential of its current context', async () => {
  await using rig = await startRig((request, response) => sendJson(response, { token: request.headers.authorization }));
  const yaml = `
apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: c, cluster: { server: '${rig.server}' } }]
users: [{ name: u, user: { token: t0k } }]
contexts: [{ name: here, context: { cluster: c, user: u } }, { name: broken, context: { cluster: nowhere } }]
`;
  const transport = await transportFromKubeconfig(yaml);
  assert.equal(await new KubeClient({ transport }).get('/x'), { token: 'Bearer t0k' });
  await transport.close();
  const message = await transportFromKubeconfig(yaml, 'broken').catch((error: Error) => error.message);
  assert.is(message, 'the kubeconfig has no cluster named "nowhere"');
});

test.run();
