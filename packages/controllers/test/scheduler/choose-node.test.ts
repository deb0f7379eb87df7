import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Pod } from '../../src/pod/pod.ts';
import { chooseNode } from '../../src/scheduler/choose-node.ts';
import type { Node } from '../../src/scheduler/node.ts';
import { NodeInfo } from '../../src/scheduler/node-info.ts';

const test = suite('choosing a node');

const ALLOCATABLE = { cpu: '2', memory: '4Gi', pods: '10' };
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

interface NodeOptions {
  readonly labels?: Record<string, string>;
  readonly spec?: Node['spec'];
  readonly allocatable?: Record<string, string>;
  readonly pods?: readonly Pod[];
}

function node(
  name: string,
  { labels = {}, spec = {}, allocatable = ALLOCATABLE, pods = [] }: NodeOptions = {},
): NodeInfo {
  const info = new NodeInfo({
    metadata: { name, labels: { [HOST]: name, ...labels } },
    ...(spec === undefined ? {} : { spec }),
    status: { allocatable },
  });
  for (const [at, each] of pods.entries()) info.set(`${name}/${at}`, each);
  return info;
}

const pod = (spec: object = {}, labels: Record<string, string> = { app: 'web' }, namespace = 'work'): Pod => ({
  metadata: { name: 'p', namespace, labels },
  spec: { containers: [{ name: 'main' }], ...spec },
});
const asking = (resource: string, amount: string): object => ({
  containers: [{ name: 'main', resources: { requests: { [resource]: amount } } }],
});
const port = (hostPort: number, protocol = 'TCP', hostIP = ''): object => ({
  containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort, protocol, hostIP }] }],
});
const requiredNode = (...matchExpressions: object[]): object => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});
const near = (topologyKey: string, more: object = {}): object => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey, labelSelector: { matchLabels: { app: 'db' } }, ...more },
      ],
    },
  },
});
const apart = (topologyKey: string, app = 'web'): object => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
    },
  },
});
const spread = (topologyKey: string, more: object = {}): object => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...more,
    },
  ],
});
const db = (): Pod => pod({}, { app: 'db' });

/** The chosen node, or the causes without counts of nodes and preemption. */
function choose(wanting: Pod, ...infos: NodeInfo[]): string {
  const choice = chooseNode(wanting, infos, (namespace) => ({ 'kubernetes.io/metadata.name': namespace }));
  if ('nodeName' in choice) return choice.nodeName;
  return choice.message.replace(/^0\/\d+ nodes are available: /, '').replace(/\. no new claims.*$/, '');
}

const A = { labels: { [ZONE]: 'east' } };
const B = { labels: { [ZONE]: 'west' } };

const ROWS: [name: string, wanting: Pod, infos: () => NodeInfo[], expected: string][] = [
  [
    'the node with the fewest pods',
    pod(),
    () => [node('a', { pods: [pod(), pod()] }), node('b', { pods: [pod()] })],
    'b',
  ],
  ['of equal ones the first', pod(), () => [node('a'), node('b')], 'a'],
  ['no node at all', pod(), () => [], 'no nodes available to schedule pods'],
  [
    'an unschedulable node',
    pod(),
    () => [node('a', { spec: { unschedulable: true } })],
    '1 node(s) were unschedulable',
  ],
  [
    'a node selector',
    pod({ nodeSelector: { disk: 'ssd' } }),
    () => [node('a'), node('b', { labels: { disk: 'ssd' } })],
    'b',
  ],
  [
    'a node selector that fits nowhere',
    pod({ nodeSelector: { disk: 'ssd' } }),
    () => [node('a'), node('b')],
    "2 node(s) didn't match Pod's node affinity/selector",
  ],
  [
    'affinity: In',
    pod(requiredNode({ key: ZONE, operator: 'In', values: ['west'] })),
    () => [node('a', A), node('b', B)],
    'b',
  ],
  [
    'affinity: NotIn',
    pod(requiredNode({ key: ZONE, operator: 'NotIn', values: ['east'] })),
    () => [node('a', A), node('b')],
    'b',
  ],
  ['affinity: Exists', pod(requiredNode({ key: ZONE, operator: 'Exists' })), () => [node('a'), node('b', B)], 'b'],
  [
    'affinity: Gt',
    pod(requiredNode({ key: 'cores', operator: 'Gt', values: ['4'] })),
    () => [node('a', { labels: { cores: '4' } }), node('b', { labels: { cores: '16' } })],
    'b',
  ],
  [
    'a preferred node, even if it is fuller',
    pod({
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [{ key: ZONE, operator: 'In', values: ['west'] }] } },
          ],
        },
      },
    }),
    () => [node('a', A), node('b', { ...B, pods: [pod()] })],
    'b',
  ],
  [
    'a taint',
    pod(),
    () => [node('a', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } })],
    '1 node(s) had untolerated taint(s)',
  ],
  [
    'a tolerated taint',
    pod({ tolerations: [{ key: 'x', operator: 'Equal', value: 'y', effect: 'NoSchedule' }] }),
    () => [node('a', { spec: { taints: [{ key: 'x', value: 'y', effect: 'NoSchedule' }] } })],
    'a',
  ],
  [
    'a toleration of another value',
    pod({ tolerations: [{ key: 'x', value: 'z' }] }),
    () => [node('a', { spec: { taints: [{ key: 'x', value: 'y', effect: 'NoSchedule' }] } })],
    '1 node(s) had untolerated taint(s)',
  ],
  [
    'a node to be avoided only when there is another',
    pod(),
    () => [node('a', { spec: { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] } }), node('b', { pods: [pod()] })],
    'b',
  ],
  [
    'cpu that is left',
    pod(asking('cpu', '1500m')),
    () => [node('a', { pods: [pod(asking('cpu', '1'))] }), node('b', { pods: [pod(), pod()] })],
    'b',
  ],
  ['too little cpu', pod(asking('cpu', '3')), () => [node('a')], '1 Insufficient cpu'],
  [
    'too little of several',
    pod(asking('example.com/gpu', '1')),
    () => [node('a', { allocatable: { pods: '0' } })],
    '1 Insufficient example.com/gpu, 1 Too many pods',
  ],
  [
    'finished pods take up nothing',
    pod(asking('cpu', '2')),
    () => [node('a', { pods: [{ ...pod(asking('cpu', '2')), status: { phase: 'Succeeded' } }] })],
    'a',
  ],
  [
    'a host port in use',
    pod(port(80)),
    () => [node('a', { pods: [pod(port(80))] })],
    "1 node(s) didn't have free ports for the requested pod ports",
  ],
  ['the same number of another protocol', pod(port(80, 'UDP')), () => [node('a', { pods: [pod(port(80))] })], 'a'],
  [
    'the same number of another address',
    pod(port(80, 'TCP', '10.0.0.1')),
    () => [node('a', { pods: [pod(port(80, 'TCP', '10.0.0.2'))] })],
    'a',
  ],
  ['near a pod on the same host', pod(near(HOST)), () => [node('a'), node('b', { pods: [db(), db()] })], 'b'],
  [
    'near a pod in the same zone',
    pod(near(ZONE)),
    () => [node('a', A), node('b', { ...B, pods: [db()] }), node('c', B)],
    'c',
  ],
  ['near nobody', pod(near(ZONE)), () => [node('a', A)], "1 node(s) didn't match pod affinity rules"],
  ['near its own kind, as the first', pod(near(HOST), { app: 'db' }), () => [node('a')], 'a'],
  [
    'near a pod of another namespace does not count',
    pod(near(HOST)),
    () => [node('a', { pods: [pod({}, { app: 'db' }, 'other')] })],
    "1 node(s) didn't match pod affinity rules",
  ],
  [
    'unless the namespace is named',
    pod(near(HOST, { namespaces: ['other'] })),
    () => [node('a', { pods: [pod({}, { app: 'db' }, 'other')] })],
    'a',
  ],
  [
    'or selected',
    pod(near(HOST, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } })),
    () => [node('a', { pods: [pod({}, { app: 'db' }, 'other')] })],
    'a',
  ],
  [
    'apart from its like',
    pod(apart(HOST)),
    () => [node('a', { pods: [pod()] }), node('b', { pods: [db(), db()] })],
    'b',
  ],
  [
    'apart with no host left',
    pod(apart(HOST)),
    () => [node('a', { pods: [pod()] })],
    "1 node(s) didn't match pod anti-affinity rules",
  ],
  [
    'a pod that wants to be left alone',
    pod(),
    () => [node('a', { pods: [pod(apart(HOST), { app: 'db' })] })],
    "1 node(s) didn't satisfy existing pods anti-affinity rules",
  ],
  [
    'spread over hosts',
    pod(spread(HOST)),
    () => [node('a', { pods: [pod()] }), node('b', { pods: [db(), db()] })],
    'b',
  ],
  [
    'spread over zones',
    pod(spread(ZONE)),
    () => [node('a', { ...A, pods: [pod()] }), node('b', A), node('c', { ...B, pods: [db(), db()] })],
    'c',
  ],
  [
    'spread without a label',
    pod(spread(ZONE)),
    () => [node('a')],
    "1 node(s) didn't match pod topology spread constraints (missing required label)",
  ],
  [
    'spread that would be uneven',
    pod({
      ...spread(HOST),
      nodeSelector: { [HOST]: 'a' },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: HOST,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
          nodeAffinityPolicy: 'Ignore',
        },
      ],
    }),
    () => [node('a', { pods: [pod()] }), node('b')],
    "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints",
  ],
  [
    'spread over too few domains',
    pod(spread(HOST, { minDomains: 2 })),
    () => [node('a', { pods: [pod()] })],
    "1 node(s) didn't match pod topology spread constraints",
  ],
  ['ScheduleAnyway never refuses', pod(spread(ZONE, { whenUnsatisfiable: 'ScheduleAnyway' })), () => [node('a')], 'a'],
];

for (const [name, wanting, infos, expected] of ROWS) test(name, () => assert.is(choose(wanting, ...infos()), expected));

test('the message counts nodes by reason, and says whether preemption could help', () => {
  const infos = [node('a', { spec: { unschedulable: true } }), node('b'), node('c')];
  const choice = chooseNode(pod(asking('cpu', '3')), infos, () => ({}));
  assert.equal(choice, {
    message:
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, ' +
      '2 No preemption victims found for incoming pod.',
  });
});

test.run();
