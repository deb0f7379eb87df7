import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Asked, admissionWorld, pod } from './admission-world.ts';

const test = suite('pod admission');

const REFUSED: { name: string; asked: Asked; message: string }[] = [
  {
    name: 'a service account that is missing',
    asked: { object: pod({ serviceAccountName: 'nobody' }) },
    message: '403 pods "p" is forbidden: error looking up service account x/nobody: serviceaccount "nobody" not found',
  },
  {
    name: 'a priority class that is missing',
    asked: { object: pod({ priorityClassName: 'nothing' }) },
    message: '403 pods "p" is forbidden: no PriorityClass with name nothing was found',
  },
  {
    name: 'a priority of its own',
    asked: { object: pod({ priority: 5 }) },
    message:
      '403 pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  },
  {
    name: 'a namespace that is missing',
    asked: { namespace: 'none', object: pod() },
    message: '404 namespaces "none" not found',
  },
  {
    name: 'a mirror pod with a service account',
    asked: {
      object: pod({ serviceAccountName: 'default' }, {}, { annotations: { 'kubernetes.io/config.mirror': '1' } }),
    },
    message: '403 pods "p" is forbidden: a mirror pod may not reference service accounts',
  },
];
for (const { name, asked, message } of REFUSED) {
  test(`refused: ${name}`, async () => {
    const { ask } = await admissionWorld();
    assert.is(await ask(asked), message);
  });
}

test('a terminating namespace takes nothing new', async () => {
  const { add, ask } = await admissionWorld();
  await add('namespaces', { metadata: { name: 'doomed' }, status: { phase: 'Terminating' } });
  const late: KubeObject = { metadata: { name: 'late' } };
  assert.is(
    await ask({ resource: 'configmaps', namespace: 'doomed', object: late }),
    '403 configmaps "late" is forbidden: unable to create new content in namespace doomed because it is being terminated',
  );
  assert.type(await ask({ resource: 'configmaps', namespace: 'doomed', operation: 'UPDATE', object: late }), 'object');
  assert.type(
    await ask({ resource: 'configmaps', namespace: 'doomed', operation: 'DELETE', oldObject: late }),
    'object',
  );
});

test('a pod runs as the default service account, and every container finds its token', async () => {
  const { ask } = await admissionWorld();
  const { spec } = (await ask({ object: pod({ initContainers: [{ name: 'init' }] }) })) as KubeObject;
  assert.is(spec.serviceAccountName, 'default');
  assert.is(spec.serviceAccount, 'default');
  const [volume] = spec.volumes;
  assert.match(volume.name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.is(volume.projected.defaultMode, 420);
  assert.equal(
    volume.projected.sources.map((source: object) => Object.keys(source)[0]),
    ['serviceAccountToken', 'configMap', 'downwardAPI', 'configMap'],
  );
  const mount = { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
  assert.equal(spec.containers[0].volumeMounts, [mount]);
  assert.equal(spec.initContainers[0].volumeMounts, [mount]);
});

test('a pod or its account may do without the token', async () => {
  const { ask, add } = await admissionWorld();
  await add('serviceaccounts', { metadata: { name: 'bare', namespace: 'x' }, automountServiceAccountToken: false });
  for (const spec of [{ automountServiceAccountToken: false }, { serviceAccountName: 'bare' }])
    assert.is(((await ask({ object: pod(spec) })) as KubeObject).spec.volumes, undefined);
  const wanted = pod({ serviceAccountName: 'bare', automountServiceAccountToken: true });
  assert.is(((await ask({ object: wanted })) as KubeObject).spec.volumes.length, 1);
});

test('a container that mounts something there keeps it', async () => {
  const { ask } = await admissionWorld();
  const own = { name: 'mine', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
  const { spec } = (await ask({ object: pod({}, { volumeMounts: [own] }) })) as KubeObject;
  assert.equal(spec.containers[0].volumeMounts, [own]);
  assert.is(spec.volumes, undefined);
});

test('image pull secrets come from the account, unless the pod names its own', async () => {
  const { ask, add } = await admissionWorld();
  await add('serviceaccounts', { metadata: { name: 'puller', namespace: 'x' }, imagePullSecrets: [{ name: 's' }] });
  const of = async (spec: object): Promise<unknown> =>
    ((await ask({ object: pod({ serviceAccountName: 'puller', ...spec }) })) as KubeObject).spec.imagePullSecrets;
  assert.equal(await of({}), [{ name: 's' }]);
  assert.equal(await of({ imagePullSecrets: [{ name: 'own' }] }), [{ name: 'own' }]);
});

test('the default account of a new namespace is waited for, but not for ever', async () => {
  const { ask, add, clock } = await admissionWorld();
  await add('namespaces', { metadata: { name: 'new' } });
  const early = ask({ namespace: 'new', object: pod() });
  await Promise.resolve();
  await add('serviceaccounts', { metadata: { name: 'default', namespace: 'new' } });
  assert.is(((await early) as KubeObject).spec.serviceAccountName, 'default');
  await add('namespaces', { metadata: { name: 'empty' } });
  const vain = ask({ namespace: 'empty', object: pod() });
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  assert.match(String(await vain), /serviceaccount "default" not found$/);
});

test('a priority class gives its number', async () => {
  const { ask, add } = await admissionWorld();
  await add('scheduling.k8s.io/priorityclasses', {
    metadata: { name: 'high' },
    value: 1000,
    preemptionPolicy: 'Never',
  });
  const { spec } = (await ask({ object: pod({ priorityClassName: 'high' }) })) as KubeObject;
  assert.equal([spec.priority, spec.preemptionPolicy], [1000, 'Never']);
  const plain = ((await ask({ object: pod() })) as KubeObject).spec;
  assert.equal(
    [plain.priority, plain.preemptionPolicy, plain.priorityClassName],
    [0, 'PreemptLowerPriority', undefined],
  );
});

test('the default priority class is for pods that name none, and the only one', async () => {
  const { ask, add } = await admissionWorld();
  await add('scheduling.k8s.io/priorityclasses', { metadata: { name: 'usual' }, value: 7, globalDefault: true });
  const { spec } = (await ask({ object: pod() })) as KubeObject;
  assert.equal([spec.priority, spec.priorityClassName], [7, 'usual']);
  assert.is(
    await ask({ resource: 'priorityclasses', object: { metadata: { name: 'other' }, value: 1, globalDefault: true } }),
    '403 priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
});

test('an update keeps the computed priority', async () => {
  const { ask } = await admissionWorld();
  const oldObject = pod({ priority: 7, preemptionPolicy: 'Never' });
  const { spec } = (await ask({ operation: 'UPDATE', object: pod(), oldObject }, 'Priority')) as KubeObject;
  assert.equal([spec.priority, spec.preemptionPolicy], [7, 'Never']);
});

test('a pod stays five minutes on a sick node, unless it says otherwise', async () => {
  const { ask } = await admissionWorld();
  const of = async (tolerations?: object[]): Promise<(string | undefined)[]> =>
    ((await ask({ object: pod(tolerations === undefined ? {} : { tolerations }) })) as KubeObject).spec.tolerations.map(
      ({ key = 'all', tolerationSeconds }: { key?: string; tolerationSeconds?: number }) =>
        `${key}=${tolerationSeconds}`,
    );
  const [notReady, unreachable] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  assert.equal(await of(), [`${notReady}=300`, `${unreachable}=300`]);
  assert.equal(await of([{ key: unreachable, operator: 'Exists', tolerationSeconds: 1 }]), [
    `${unreachable}=1`,
    `${notReady}=300`,
  ]);
  assert.equal(await of([{ operator: 'Exists' }]), ['all=undefined']);
});

test('a new node is tainted', async () => {
  const { ask } = await admissionWorld();
  const node = (await ask({ resource: 'nodes', object: { metadata: { name: 'n' } } })) as KubeObject;
  assert.equal(node.spec.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
});

test('a claim gets the newest default class', async () => {
  const { ask, add } = await admissionWorld();
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  for (const [name, creationTimestamp] of [
    ['old', '2025-01-01T00:00:00Z'],
    ['new', '2026-01-01T00:00:00Z'],
  ] as const)
    await add('storage.k8s.io/storageclasses', { metadata: { name, creationTimestamp, annotations } });
  const of = async (spec: object): Promise<unknown> =>
    ((await ask({ resource: 'persistentvolumeclaims', object: { metadata: { name: 'c' }, spec } })) as KubeObject).spec
      .storageClassName;
  assert.is(await of({}), 'new');
  assert.is(await of({ storageClassName: '' }), '');
});

test.run();
