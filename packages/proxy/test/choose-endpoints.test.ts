import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEndpoints, type Endpoint, type TrafficClass, type TrafficPolicy, type Viewpoint } from '../src/index.ts';

const test = suite('endpoint choice');

const READY = { ready: true, serving: true, terminating: false };
const UNREADY = { ready: false, serving: false, terminating: false };
const TERMINATING = { ready: false, serving: true, terminating: true };
const DYING = { ready: false, serving: false, terminating: true };

const CLUSTER: TrafficPolicy = { internal: 'Cluster', external: 'Cluster' };
const INTERNAL_LOCAL: TrafficPolicy = { internal: 'Local', external: 'Cluster' };
const EXTERNAL_LOCAL: TrafficPolicy = { internal: 'Cluster', external: 'Local' };

const NODE_1: Viewpoint = { nodeName: 'node-1', zone: 'zone-a' };
const ANYWHERE: Viewpoint = {};

type State = Pick<Endpoint, 'ready' | 'serving' | 'terminating'>;

const endpoint = (
  key: string,
  nodeName: string,
  state: State = READY,
  { zones = [], nodes = [] }: { zones?: string[]; nodes?: string[] } = {},
): Endpoint => ({ key, ip: key, port: 80, nodeName, pod: undefined, ...state, zoneHints: zones, nodeHints: nodes });

interface Row {
  name: string;
  endpoints: Endpoint[];
  policy?: TrafficPolicy;
  traffic?: TrafficClass;
  view?: Viewpoint;
  expected: string[] | 'refuse' | 'drop';
}

const local = endpoint('l', 'node-1');
const remote = endpoint('r', 'node-2');
const hinted = [
  endpoint('la', 'node-1', READY, { zones: ['zone-a'] }),
  endpoint('lb', 'node-1', READY, { zones: ['zone-b'] }),
  endpoint('ra', 'node-2', READY, { zones: ['zone-a'] }),
  endpoint('rb', 'node-2', READY, { zones: ['zone-b'] }),
];

const ROWS: Row[] = [
  { name: 'every ready endpoint serves cluster traffic', endpoints: [local, remote], expected: ['l', 'r'] },
  { name: 'without endpoints traffic is refused', endpoints: [], expected: 'refuse' },
  {
    name: 'an endpoint that is not ready and not terminating is no last resort',
    endpoints: [endpoint('u', 'node-1', UNREADY)],
    expected: 'refuse',
  },
  {
    name: 'an endpoint that terminates without serving is no last resort',
    endpoints: [endpoint('d', 'node-1', DYING)],
    expected: 'refuse',
  },
  {
    name: 'terminating endpoints serve when nothing is ready',
    endpoints: [endpoint('t', 'node-2', TERMINATING), endpoint('u', 'node-1', UNREADY)],
    expected: ['t'],
  },
  {
    name: 'terminating endpoints rest while one is ready',
    endpoints: [endpoint('t', 'node-1', TERMINATING), remote],
    expected: ['r'],
  },
  {
    name: 'an internal local policy keeps to the node',
    endpoints: [local, remote],
    policy: INTERNAL_LOCAL,
    expected: ['l'],
  },
  {
    name: 'an internal local policy drops when only other nodes are ready',
    endpoints: [remote],
    policy: INTERNAL_LOCAL,
    expected: 'drop',
  },
  {
    name: 'an internal local policy refuses when there is no endpoint at all',
    endpoints: [],
    policy: INTERNAL_LOCAL,
    expected: 'refuse',
  },
  {
    name: 'an internal local policy falls back to local terminating endpoints',
    endpoints: [endpoint('t', 'node-1', TERMINATING), remote],
    policy: INTERNAL_LOCAL,
    expected: ['t'],
  },
  {
    name: 'an external local policy does not bind internal traffic',
    endpoints: [local, remote],
    policy: EXTERNAL_LOCAL,
    expected: ['l', 'r'],
  },
  {
    name: 'an external local policy keeps traffic from outside to the node',
    endpoints: [local, remote],
    policy: EXTERNAL_LOCAL,
    traffic: 'external',
    expected: ['l'],
  },
  {
    name: 'an external local policy drops on a node without endpoints',
    endpoints: [remote],
    policy: EXTERNAL_LOCAL,
    traffic: 'external',
    expected: 'drop',
  },
  {
    name: 'under an external local policy outside traffic falls back to the local terminating endpoint',
    endpoints: [endpoint('t', 'node-1', TERMINATING), remote],
    policy: EXTERNAL_LOCAL,
    traffic: 'external',
    expected: ['t'],
  },
  {
    name: 'under an external local policy internal traffic takes the remote ready endpoint',
    endpoints: [endpoint('t', 'node-1', TERMINATING), remote],
    policy: EXTERNAL_LOCAL,
    expected: ['r'],
  },
  {
    name: 'a short circuit ignores the external policy',
    endpoints: [local, remote],
    policy: EXTERNAL_LOCAL,
    traffic: 'short-circuit',
    expected: ['l', 'r'],
  },
  {
    name: 'seen from before all nodes every ready endpoint is local',
    endpoints: [local, remote],
    policy: { internal: 'Local', external: 'Local' },
    traffic: 'external',
    view: ANYWHERE,
    expected: ['l', 'r'],
  },
  { name: 'zone hints keep cluster traffic in the zone', endpoints: hinted, expected: ['la', 'ra'] },
  {
    name: 'local traffic ignores zone hints',
    endpoints: hinted,
    policy: EXTERNAL_LOCAL,
    traffic: 'external',
    expected: ['la', 'lb'],
  },
  {
    name: 'hints are ignored when one ready endpoint has none',
    endpoints: [...hinted.slice(0, 2), remote],
    expected: ['la', 'lb', 'r'],
  },
  {
    name: 'hints count although an endpoint that is not ready has none',
    endpoints: [...hinted, endpoint('u', 'node-1', UNREADY)],
    expected: ['la', 'ra'],
  },
  {
    name: 'hints for other zones only leave everyone in',
    endpoints: hinted,
    view: { nodeName: 'node-1', zone: 'zone-c' },
    expected: ['la', 'lb', 'ra', 'rb'],
  },
  {
    name: 'a node without a zone ignores zone hints',
    endpoints: hinted,
    view: { nodeName: 'node-1' },
    expected: ['la', 'lb', 'ra', 'rb'],
  },
  {
    name: 'node hints come before zone hints',
    endpoints: [
      endpoint('l', 'node-1', READY, { zones: ['zone-a'], nodes: ['node-1'] }),
      endpoint('r', 'node-2', READY, { zones: ['zone-a'], nodes: ['node-2'] }),
    ],
    expected: ['l'],
  },
  {
    name: 'complete node hints of which none names this node fall through to zone hints',
    endpoints: [
      endpoint('a', 'node-2', READY, { zones: ['zone-a'], nodes: ['node-2'] }),
      endpoint('b', 'node-3', READY, { zones: ['zone-b'], nodes: ['node-3'] }),
    ],
    expected: ['a'],
  },
  {
    name: 'terminating endpoints are not filtered by hints',
    endpoints: [
      endpoint('ta', 'node-1', TERMINATING, { zones: ['zone-a'] }),
      endpoint('tb', 'node-2', TERMINATING, { zones: ['zone-b'] }),
    ],
    expected: ['ta', 'tb'],
  },
];

for (const { name, endpoints, policy = CLUSTER, traffic = 'internal', view = NODE_1, expected } of ROWS) {
  test(name, () => {
    const verdict = chooseEndpoints(endpoints, policy, traffic, view);
    assert.equal(typeof verdict === 'string' ? verdict : verdict.endpoints.map(({ key }) => key), expected);
  });
}

test('zone hints and a local policy together use what either of them does', () => {
  const keys = (['internal', 'external'] as const).flatMap((traffic) => {
    const verdict = chooseEndpoints(hinted, EXTERNAL_LOCAL, traffic, NODE_1);
    return typeof verdict === 'string' ? [] : verdict.endpoints.map(({ key }) => key);
  });
  assert.equal([...new Set(keys)].sort(), ['la', 'lb', 'ra']);
});

test.run();
