/** Answers name the flow that their request belongs to, by the uids of its schema and level. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiServer, buildApiServer, type Listener, listen } from '../../src/index.ts';

const test = suite('flow schemas');
const ADMIN = { name: 'admin', groups: ['system:masters'] };
const GROUP = '/apis/flowcontrol.apiserver.k8s.io/v1';
const TOKENS = {
  admin: ADMIN,
  jane: { name: 'jane' },
  scheduler: { name: 'system:kube-scheduler' },
  gc: { name: 'system:serviceaccount:kube-system:generic-garbage-collector' },
  account: { name: 'system:serviceaccount:default:a', groups: ['system:serviceaccounts'] },
};

interface World extends AsyncDisposable {
  readonly apiServer: ApiServer;
  readonly listener: Listener;
  readonly objects: ReadonlyMap<string, string>;
}

async function startWorld(): Promise<World> {
  const apiServer = await buildApiServer({ tokens: TOKENS });
  const listener = await listen(apiServer);
  const objects = new Map<string, string>();
  for (const resource of ['flowschemas', 'prioritylevelconfigurations']) {
    const answer = await apiServer
      .transport(ADMIN)
      .request({ method: 'GET', url: `${GROUP}/${resource}`, headers: {} });
    const { items } = (answer as unknown as { object: { items: KubeObject[] } }).object;
    for (const { metadata } of items) objects.set(metadata.uid ?? '', metadata.name ?? '');
  }
  return {
    apiServer,
    listener,
    objects,
    [Symbol.asyncDispose]: async () => {
      await listener.close();
      apiServer.close();
    },
  };
}

/** The names of the schema and the level that an answer to a request bears. */
async function flowOf({ listener, objects }: World, path: string, token?: string): Promise<(string | undefined)[]> {
  const stop = new AbortController();
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(listener.url + path, { headers, signal: stop.signal });
  stop.abort();
  return ['flowschema', 'prioritylevel'].map((what) =>
    objects.get(answer.headers.get(`x-kubernetes-pf-${what}-uid`) ?? ''),
  );
}

const PODS = '/api/v1/namespaces/default/pods';
const CASES: [name: string, path: string, token: string | undefined, flow: (string | undefined)[]][] = [
  ['of an administrator is exempt', PODS, 'admin', ['exempt', 'exempt']],
  ['of an administrator for a watch is exempt', `${PODS}?watch=true`, 'admin', ['exempt', 'exempt']],
  ['of a user, though it is forbidden, is of the global default', PODS, 'jane', ['global-default', 'global-default']],
  ['of nobody for its health is a probe', '/healthz', undefined, ['probes', 'exempt']],
  ['of nobody for anything else is of the global default', PODS, undefined, ['global-default', 'global-default']],
  ['of the scheduler is high', PODS, 'scheduler', ['kube-scheduler', 'workload-high']],
  ['of a controller is high', PODS, 'gc', ['kube-system-service-accounts', 'workload-high']],
  ['of a service account is low', PODS, 'account', ['service-accounts', 'workload-low']],
  ['without a valid credential has no flow', PODS, 'nonsense', [undefined, undefined]],
  ['that goes on for long has no flow', `${PODS}/web/log`, 'admin', [undefined, undefined]],
];
for (const [name, path, token, flow] of CASES)
  test(`a request ${name}`, async () => {
    await using world = await startWorld();
    assert.equal(await flowOf(world, path, token), flow);
  });

test('a schema that comes with a lower precedence takes over', async () => {
  await using world = await startWorld();
  const spec = {
    matchingPrecedence: 2,
    priorityLevelConfiguration: { name: 'workload-low' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: 'jane' } }],
        resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] }],
      },
    ],
  };
  const object = { metadata: { name: 'janes' }, spec };
  const created = await world.apiServer
    .transport(ADMIN)
    .request({ method: 'POST', url: `${GROUP}/flowschemas`, headers: {}, object });
  assert.is(created.status, 201);
  assert.equal(await flowOf(world, PODS, 'jane'), [undefined, 'workload-low'], 'not among those of the beginning');
  assert.equal(await flowOf(world, '/api/v1/namespaces', 'jane'), ['global-default', 'global-default']);
});

test.run();
