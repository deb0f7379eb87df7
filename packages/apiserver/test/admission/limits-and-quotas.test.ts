import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Asked, admissionWorld, pod, type World } from './admission-world.ts';

const test = suite('limits and quotas');

const limitRange = (...limits: object[]): KubeObject => ({ metadata: { name: 'l', namespace: 'x' }, spec: { limits } });
const resources = (requests?: object, limits?: object): object => ({
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
});

test('a limit range fills in what containers leave out, and notes it', async () => {
  const { ask, add } = await admissionWorld();
  await add(
    'limitranges',
    limitRange({ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' } }),
  );
  const object = pod({ initContainers: [{ name: 'init', ...resources({ cpu: '1m' }) }] });
  const { spec, metadata } = (await ask({ object })) as KubeObject;
  assert.equal(spec.containers[0].resources, { requests: { cpu: '100m' }, limits: { cpu: '200m' } });
  assert.equal(spec.initContainers[0].resources, { requests: { cpu: '1m' }, limits: { cpu: '200m' } });
  assert.is(
    metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container main; cpu limit for container main; cpu limit for init container init',
  );
});

const BOUNDS: { name: string; item: object; asked: Asked; message: string | undefined }[] = [
  {
    name: 'a container under the minimum',
    item: { type: 'Container', min: { memory: '64Mi' } },
    asked: { object: pod({}, resources({ memory: '32Mi' }, { memory: '128Mi' })) },
    message: '403 pods "p" is forbidden: minimum memory usage per Container is 64Mi, but request is 32Mi',
  },
  {
    name: 'a container over the maximum',
    item: { type: 'Container', max: { cpu: '1' } },
    asked: { object: pod({}, resources({ cpu: '1' }, { cpu: '1500m' })) },
    message: '403 pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 1500m',
  },
  {
    name: 'a container without a limit',
    item: { type: 'Container', max: { cpu: '1' }, min: { cpu: '1m' } },
    asked: { object: pod() },
    message:
      '403 pods "p" is forbidden: [minimum cpu usage per Container is 1m.  No request is specified, maximum cpu usage per Container is 1.  No limit is specified]',
  },
  {
    name: 'a limit too far above its request',
    item: { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    asked: { object: pod({}, resources({ cpu: '100m' }, { cpu: '300m' })) },
    message:
      '403 pods "p" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
  },
  {
    name: 'a pod over the maximum as a whole',
    item: { type: 'Pod', max: { cpu: '1' } },
    asked: {
      object: pod({ containers: ['a', 'b'].map((name) => ({ name, ...resources(undefined, { cpu: '600m' }) })) }),
    },
    message: '403 pods "p" is forbidden: maximum cpu usage per Pod is 1, but limit is 1200m',
  },
  {
    name: 'a claim over the maximum',
    item: { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
    asked: {
      resource: 'persistentvolumeclaims',
      object: { metadata: { name: 'c' }, spec: resources({ storage: '2Gi' }) },
    },
    message:
      '403 persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
  },
  {
    name: 'nothing, for a pod within the bounds',
    item: { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' }, maxLimitRequestRatio: { cpu: '2' } },
    asked: { object: pod({}, resources({ cpu: '500m' }, { cpu: '1' })) },
    message: undefined,
  },
];
for (const { name, item, asked, message } of BOUNDS) {
  test(`a limit range refuses ${name}`, async () => {
    const { ask, add } = await admissionWorld();
    await add('limitranges', limitRange(item));
    const answer = await ask(asked, 'LimitRanger');
    assert.is(typeof answer === 'string' ? answer : undefined, message);
  });
}

const quota = (spec: object, status?: object): KubeObject => ({
  metadata: { name: 'q', namespace: 'x' },
  spec,
  ...(status === undefined ? {} : { status }),
});
const usedOf = async ({ storage }: World): Promise<unknown> =>
  (await storage.get('resourcequotas', 'x/q'))?.object.status?.used;

test('a quota is charged, and then full', async () => {
  const world = await admissionWorld();
  const hard = { pods: '2', 'requests.cpu': '1' };
  await world.add('resourcequotas', quota({ hard }, { hard, used: { pods: '0', 'requests.cpu': '0' } }));
  const object = pod({}, resources({ cpu: '400m' }));
  assert.type(await world.ask({ object }), 'object');
  assert.type(await world.ask({ object }), 'object');
  assert.equal(await usedOf(world), { pods: '2', 'requests.cpu': '800m' });
  assert.is(
    await world.ask({ object }),
    '403 pods "p" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=400m, used: pods=2,requests.cpu=800m, limited: pods=2,requests.cpu=1',
  );
  assert.equal(await usedOf(world), { pods: '2', 'requests.cpu': '800m' });
});

test('writes at the same time do not slip through together', async () => {
  const world = await admissionWorld();
  await world.add(
    'resourcequotas',
    quota({ hard: { configmaps: '3' } }, { hard: { configmaps: '3' }, used: { configmaps: '0' } }),
  );
  const asks = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    world.ask({ resource: 'configmaps', object: { metadata: { name } } }),
  );
  const refused = (await Promise.all(asks)).filter((answer) => typeof answer === 'string');
  assert.is(refused.length, 2);
  assert.equal(await usedOf(world), { configmaps: '3' });
});

test('a quota that has not been counted yet is counted', async () => {
  const world = await admissionWorld();
  await world.add('secrets', { metadata: { name: 's', namespace: 'x' } });
  await world.add('resourcequotas', quota({ hard: { secrets: '1' } }));
  assert.is(
    await world.ask({ resource: 'secrets', object: { metadata: { name: 't' } } }),
    '403 secrets "t" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1',
  );
});

test('a dry run is checked but not charged', async () => {
  const world = await admissionWorld();
  await world.add('resourcequotas', quota({ hard: { pods: '1' } }, { hard: { pods: '1' }, used: { pods: '0' } }));
  assert.type(await world.ask({ object: pod(), dryRun: true }), 'object');
  assert.equal(await usedOf(world), { pods: '0' });
});

test('every container must state what a quota is about', async () => {
  const { ask, add } = await admissionWorld();
  await add('resourcequotas', quota({ hard: { 'limits.cpu': '1', 'requests.memory': '1Gi' } }));
  const object = pod({}, resources({ memory: '1Mi' }));
  assert.is(await ask({ object }), '403 pods "p" is forbidden: failed quota: q: must specify limits.cpu for: main');
});

const KINDS: { name: string; hard: object; asked: Asked; used: object | undefined }[] = [
  {
    name: 'node ports of a service',
    hard: { services: '1', 'services.nodeports': '9' },
    asked: { resource: 'services', object: { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{}, {}] } } },
    used: { services: '1', 'services.nodeports': '2' },
  },
  {
    name: 'what a service grows by',
    hard: { services: '1', 'services.nodeports': '9' },
    asked: {
      resource: 'services',
      operation: 'UPDATE',
      object: { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{}, {}] } },
      oldObject: { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{}] } },
    },
    used: { 'services.nodeports': '1' },
  },
  {
    name: 'storage by class',
    hard: { 'fast.storageclass.storage.k8s.io/requests.storage': '9Gi', 'requests.storage': '9Gi' },
    asked: {
      resource: 'persistentvolumeclaims',
      object: { metadata: { name: 'c' }, spec: { storageClassName: 'fast', ...resources({ storage: '2Gi' }) } },
    },
    used: { 'fast.storageclass.storage.k8s.io/requests.storage': '2Gi', 'requests.storage': '2Gi' },
  },
  {
    name: 'objects of any kind',
    hard: { 'count/deployments.apps': '5' },
    asked: { resource: 'deployments', object: { metadata: { name: 'd' } } },
    used: { 'count/deployments.apps': '1' },
  },
  {
    name: 'nothing of another kind',
    hard: { pods: '1' },
    asked: { resource: 'secrets', object: { metadata: { name: 's' } } },
    used: undefined,
  },
];
for (const { name, hard, asked, used } of KINDS) {
  test(`a quota counts ${name}`, async () => {
    const world = await admissionWorld();
    await world.add('resourcequotas', quota({ hard }));
    assert.type(await world.ask(asked, 'ResourceQuota'), 'object');
    assert.equal(await usedOf(world), used);
  });
}

test('a quota with scopes is about some pods alone', async () => {
  const world = await admissionWorld();
  await world.add('resourcequotas', quota({ hard: { pods: '0' }, scopes: ['NotTerminating'] }));
  assert.type(await world.ask({ object: pod({ activeDeadlineSeconds: 5 }) }), 'object');
  assert.match(String(await world.ask({ object: pod() })), /exceeded quota/);
});

test.run();
