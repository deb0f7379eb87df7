import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MachineRoom, stateOf } from '../_machine-room.ts';

const test = suite('variables and files');

async function startRoom(): Promise<{
  room: MachineRoom;
  env: () => Record<string, string>;
  file: (path: string) => string | undefined;
}> {
  let env: Record<string, string> = {};
  let file: (path: string) => string | undefined = () => undefined;
  const room = await MachineRoom.start({
    'example/app': (context) => {
      env = { ...context.env };
      file = context.readFile;
    },
  });
  return { room, env: () => env, file: (path) => file(path) };
}

const create = (room: MachineRoom, resource: string, kind: string, object: object): Promise<KubeObject> =>
  room.resource(resource).create({ apiVersion: 'v1', kind, ...object } as KubeObject, { namespace: 'work' });

const main = (more: object): object => ({ containers: [{ name: 'main', image: 'example/app', ...more }] });

const ROWS: [name: string, env: object[], expected: Record<string, string>][] = [
  ['a value', [{ name: 'A', value: 'x' }], { A: 'x' }],
  [
    'a reference to an earlier variable',
    [
      { name: 'A', value: 'x' },
      { name: 'B', value: '$(A)y' },
    ],
    { A: 'x', B: 'xy' },
  ],
  ['a reference to nothing', [{ name: 'A', value: '$(NO)' }], { A: '$(NO)' }],
  ['an escaped reference', [{ name: 'A', value: '$$(NO)' }], { A: '$(NO)' }],
  ['the name of the pod', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }], { A: 'web' }],
  ['a label', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }], { A: 'shop' }],
  ['the IP of the pod', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }], { A: '10.244.0.2' }],
  ['the IP of the host', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }], { A: '172.18.0.3' }],
  ['the name of the node', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }], { A: 'node-1' }],
  [
    'a limit in its divisor',
    [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }],
    { A: '64' },
  ],
  ['a request, rounded up', [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } }], { A: '1' }],
  [
    'a key of a ConfigMap',
    [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }],
    { A: 'blue' },
  ],
  ['a key of a Secret', [{ name: 'A', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } }], { A: 'admin' }],
  [
    'an optional key that is missing',
    [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'no', optional: true } } }],
    {},
  ],
];

for (const [name, variables, expected] of ROWS)
  test(`${name} becomes a variable`, async () => {
    const { room, env } = await startRoom();
    await using _ = room;
    await create(room, 'configmaps', 'ConfigMap', { metadata: { name: 'settings' }, data: { color: 'blue' } });
    await create(room, 'secrets', 'Secret', { metadata: { name: 'login' }, stringData: { user: 'admin' } });
    const resources = { requests: { cpu: '250m' }, limits: { memory: '64Mi' } };
    await room.run('web', main({ env: variables, resources }), { labels: { app: 'shop' } });
    for (const [key, value] of Object.entries(expected)) assert.is(env()[key], value);
    if (Object.keys(expected).length === 0) assert.is(env().A, undefined);
  });

test('whole ConfigMaps and Secrets become variables, what the container states goes before them', async () => {
  const { room, env } = await startRoom();
  await using _ = room;
  await create(room, 'configmaps', 'ConfigMap', {
    metadata: { name: 'settings' },
    data: { COLOR: 'blue', SIZE: 'xl' },
  });
  await create(room, 'secrets', 'Secret', { metadata: { name: 'login' }, stringData: { USER: 'admin' } });
  const envFrom = [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'login' } }];
  await room.run('web', main({ envFrom, env: [{ name: 'SIZE', value: 's' }] }));
  const { COLOR, SIZE, DB_USER } = env();
  assert.equal([COLOR, SIZE, DB_USER], ['blue', 's', 'admin']);
});

test('a container waits for a ConfigMap that is missing', async () => {
  const { room, env } = await startRoom();
  await using _ = room;
  const variable = { name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } };
  const pod = await room.run('web', main({ env: [variable] }));
  assert.is(stateOf(pod), 'waiting CreateContainerConfigError');
  assert.is(pod.status?.containerStatuses?.[0]?.state.waiting?.message, 'configmap "settings" not found');
  await create(room, 'configmaps', 'ConfigMap', { metadata: { name: 'settings' }, data: { color: 'blue' } });
  await room.settled();
  assert.is(stateOf(await room.pod('web')), 'running');
  assert.is(env().A, 'blue');
});

test('Services that were there before leave their addresses', async () => {
  const { room, env } = await startRoom();
  await using _ = room;
  const spec = {
    clusterIP: '10.96.0.50',
    ports: [
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
  };
  await create(room, 'services', 'Service', { metadata: { name: 'my-shop' }, spec });
  await create(room, 'services', 'Service', {
    metadata: { name: 'pods' },
    spec: { clusterIP: 'None', ports: [{ port: 1 }] },
  });
  await room.settled();
  await room.run('web', main({}));
  const names = Object.keys(env()).filter((name) => !name.startsWith('KUBERNETES'));
  assert.equal(names, [
    'HOSTNAME',
    'MY_SHOP_SERVICE_HOST',
    'MY_SHOP_SERVICE_PORT',
    'MY_SHOP_SERVICE_PORT_HTTP',
    'MY_SHOP_SERVICE_PORT_DNS',
    'MY_SHOP_PORT',
    'MY_SHOP_PORT_80_TCP',
    'MY_SHOP_PORT_80_TCP_PROTO',
    'MY_SHOP_PORT_80_TCP_PORT',
    'MY_SHOP_PORT_80_TCP_ADDR',
    'MY_SHOP_PORT_53_UDP',
    'MY_SHOP_PORT_53_UDP_PROTO',
    'MY_SHOP_PORT_53_UDP_PORT',
    'MY_SHOP_PORT_53_UDP_ADDR',
  ]);
  assert.is(env().MY_SHOP_PORT, 'tcp://10.96.0.50:80');
  assert.is(env().KUBERNETES_SERVICE_HOST, '10.96.0.1');
});

test('service links can be turned off, but for the API server', async () => {
  const { room, env } = await startRoom();
  await using _ = room;
  await create(room, 'services', 'Service', { metadata: { name: 'shop' }, spec: { ports: [{ port: 80 }] } });
  await room.settled();
  await room.run('web', { ...main({}), enableServiceLinks: false });
  assert.is(env().SHOP_SERVICE_HOST, undefined);
  assert.is(env().KUBERNETES_SERVICE_PORT, '443');
});

const FILES: [name: string, volume: object, mount: object, path: string, text: string | undefined][] = [
  ['a key of a ConfigMap', { configMap: { name: 'settings' } }, {}, '/etc/app/color', 'blue'],
  [
    'a key under another path',
    { configMap: { name: 'settings', items: [{ key: 'color', path: 'a/b' }] } },
    {},
    '/etc/app/a/b',
    'blue',
  ],
  [
    'a single file',
    { configMap: { name: 'settings' } },
    { mountPath: '/etc/color', subPath: 'color' },
    '/etc/color',
    'blue',
  ],
  ['a Secret', { secret: { secretName: 'login' } }, {}, '/etc/app/user', 'admin'],
  [
    'the downward API',
    { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    {},
    '/etc/app/name',
    'web',
  ],
  [
    'a projection of several',
    { projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'login' } }] } },
    {},
    '/etc/app/user',
    'admin',
  ],
  ['an optional one that is missing', { configMap: { name: 'no', optional: true } }, {}, '/etc/app/color', undefined],
  ['an empty directory', { emptyDir: {} }, {}, '/etc/app/color', undefined],
];

for (const [name, source, mount, path, text] of FILES)
  test(`${name} appears as a file`, async () => {
    const { room, file } = await startRoom();
    await using _ = room;
    await create(room, 'configmaps', 'ConfigMap', { metadata: { name: 'settings' }, data: { color: 'blue' } });
    await create(room, 'secrets', 'Secret', { metadata: { name: 'login' }, stringData: { user: 'admin' } });
    const volumeMounts = [{ name: 'v', mountPath: '/etc/app', ...mount }];
    await room.run('web', { ...main({ volumeMounts }), volumes: [{ name: 'v', ...source }] });
    assert.is(file(path), text);
  });

test.run();
