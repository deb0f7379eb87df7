import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type QuotaSpec, usageOf } from '../../src/resourcequota/quota-usage.ts';
import { template, World } from '../_world.ts';

const test = suite('ResourceQuota');

test('its status shows what the namespace uses, and follows', async () => {
  await using world = await World.start('resourcequota-controller');
  const hard = {
    pods: '5',
    'requests.cpu': '2',
    'limits.memory': '1Gi',
    configmaps: '10',
    'count/deployments.apps': '3',
  };
  await world.create('resourcequotas', { metadata: { name: 'all' }, spec: { hard } });
  const used = async (): Promise<unknown> => (await world.get('resourcequotas', 'all')).status.used;
  const nothing = {
    pods: '0',
    'requests.cpu': '0',
    'limits.memory': '0',
    configmaps: '0',
    'count/deployments.apps': '0',
  };
  assert.equal(await used(), nothing);
  const resources = { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '128Mi' } };
  const containers = [{ name: 'main', image: 'example/app:1', resources }];
  await world.create('pods', { metadata: { name: 'one' }, spec: { containers } });
  await world.create('configmaps', { metadata: { name: 'c' } });
  assert.equal(await used(), {
    ...nothing,
    pods: '1',
    'requests.cpu': '250m',
    'limits.memory': '128Mi',
    configmaps: '1',
  });
  await world.run('one', { phase: 'Succeeded' });
  assert.equal(await used(), { ...nothing, configmaps: '1' });
});

const pod = (spec: object): KubeObject => ({ ...template('x', 'i', spec), status: { phase: 'Running' } });
const asking = (cpu: string): object => ({ containers: [{ name: 'main', resources: { requests: { cpu } } }] });
const service = (type: string, ports = 1, more: object = {}): KubeObject => ({
  metadata: {},
  spec: { type, ports: Array.from({ length: ports }, () => ({ port: 80 })), ...more },
});
const claim = (storage: string, storageClassName?: string): KubeObject => ({
  metadata: {},
  spec: { storageClassName, resources: { requests: { storage } } },
});

const ROWS: [name: string, line: string, spec: QuotaSpec, objects: KubeObject[], used: string][] = [
  ['requests add up', 'requests.cpu', {}, [pod(asking('250m')), pod(asking('1'))], '1250m'],
  ['cpu means its requests', 'cpu', {}, [pod(asking('250m'))], '250m'],
  [
    'a large init container counts instead of smaller ones',
    'requests.cpu',
    {},
    [pod({ ...asking('100m'), initContainers: [{ name: 'i', resources: { requests: { cpu: '1' } } }] })],
    '1',
  ],
  [
    'a sidecar counts beside the others',
    'requests.cpu',
    {},
    [
      pod({
        ...asking('1'),
        initContainers: [{ name: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } }],
      }),
    ],
    '2',
  ],
  ['a scope leaves other pods out', 'pods', { scopes: ['BestEffort'] }, [pod(asking('1')), pod({})], '1'],
  [
    'terminating pods have a deadline',
    'pods',
    { scopes: ['Terminating'] },
    [pod({ activeDeadlineSeconds: 5 }), pod({})],
    '1',
  ],
  [
    'a selector picks priority classes',
    'pods',
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
    [pod({ priorityClassName: 'high' }), pod({})],
    '1',
  ],
  ['load balancers', 'services.loadbalancers', {}, [service('LoadBalancer'), service('ClusterIP')], '1'],
  [
    'node ports',
    'services.nodeports',
    {},
    [service('NodePort', 2), service('LoadBalancer', 1), service('ClusterIP')],
    '3',
  ],
  [
    'a load balancer without node ports',
    'services.nodeports',
    {},
    [service('LoadBalancer', 2, { allocateLoadBalancerNodePorts: false })],
    '0',
  ],
  ['storage adds up', 'requests.storage', {}, [claim('1Gi'), claim('512Mi')], '1536Mi'],
  [
    'storage of one class',
    'gold.storageclass.storage.k8s.io/requests.storage',
    {},
    [claim('1Gi', 'gold'), claim('2Gi', 'tin')],
    '1Gi',
  ],
];

for (const [name, line, spec, objects, used] of ROWS) test(name, () => assert.is(usageOf(line, spec, objects), used));

test.run();
