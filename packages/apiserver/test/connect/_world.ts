/** An API server with one pod on one node, both of which the test plays. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { FakeClock } from '@towtank/apimachinery';
import { WebSocket, WebSocketServer } from 'ws';
import type { NodeConnector } from '../../src/connect/node-connector.ts';
import { type ApiServer, buildApiServer, type Listener, listen } from '../../src/index.ts';

/** What the test is about, and its ends. */
export interface World extends AsyncDisposable {
  readonly apiServer: ApiServer;
  readonly listener: Listener;
  readonly clock: FakeClock;
}

const POD_IP = '10.244.0.5';
const OBJECTS: [path: string, object: object][] = [
  ['/api/v1/nodes', { metadata: { name: 'n1' } }],
  [
    '/api/v1/namespaces/default/pods',
    {
      metadata: { name: 'web' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
    },
  ],
  ['/api/v1/namespaces/default/services', { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }],
  [
    '/api/v1/namespaces/default/endpoints',
    { metadata: { name: 'web' }, subsets: [{ addresses: [{ ip: POD_IP }], ports: [{ port: 80 }] }] },
  ],
];
const STATUSES: [path: string, status: object][] = [
  ['/api/v1/nodes/n1/status', { addresses: [{ type: 'InternalIP', address: '172.18.0.9' }] }],
  ['/api/v1/namespaces/default/pods/web/status', { podIP: POD_IP, podIPs: [{ ip: POD_IP }] }],
];

/** Starts it. `jane` may only get commands of pods, `admin` everything. */
export async function startWorld(nodes: Partial<NodeConnector>): Promise<World> {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const apiServer = await buildApiServer({
    clock,
    nodes: nodes as NodeConnector,
    disabledAdmission: ['ServiceAccount'],
    tokens: { admin: { name: 'admin', groups: ['system:masters'] }, jane: { name: 'jane' } },
  });
  const transport = apiServer.transport({ name: 'admin', groups: ['system:masters'] });
  const send = async (method: string, url: string, object: object): Promise<void> => {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const { status } = await transport.request({ method, url, headers, object });
    if (status > 201) throw new Error(`${method} ${url} is answered ${status}`);
  };
  for (const [path, object] of OBJECTS) await send('POST', path, object);
  for (const [path, status] of STATUSES) await send('PATCH', path, { status });
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await send('POST', `${rbac}/clusterroles`, {
    metadata: { name: 'r' },
    rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }],
  });
  await send('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name: 'r' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  });
  const listener = await listen(apiServer);
  return {
    apiServer,
    listener,
    clock,
    [Symbol.asyncDispose]: async () => {
      await listener.close();
      apiServer.close();
    },
  };
}

/** Opens a WebSocket below the default namespace; an unknown protocol is none. */
export function open({ listener }: World, path: string, protocol?: string, token = 'admin'): WebSocket {
  const url = `${listener.url.replace('http', 'ws')}/api/v1/${path}`;
  const headers = { authorization: `Bearer ${token}` };
  return protocol === undefined ? new WebSocket(url, { headers }) : new WebSocket(url, protocol, { headers });
}

/** All that comes until the end, by channel. */
export async function messagesOf(webSocket: WebSocket): Promise<Record<number, string>> {
  const texts: Record<number, string> = {};
  webSocket.on('message', (data: Buffer) => {
    const channel = data[0] ?? 0;
    texts[channel] = (texts[channel] ?? '') + data.subarray(1).toString();
  });
  await once(webSocket, 'close');
  return texts;
}

/** A web server that repeats what WebSockets tell it, and how to dial it whatever the address. */
export async function startEcho(): Promise<{ dial: NodeConnector['dial'] } & AsyncDisposable> {
  const server = createServer((request, response) => response.end(`${request.method} ${request.url}`));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (webSocket, request) => {
    webSocket.send(`${request.url} ${request.headers.authorization ?? 'nobody'} ${webSocket.protocol}`);
    webSocket.on('message', (data) => webSocket.send(String(data)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    async dial() {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}
