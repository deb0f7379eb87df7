import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PodSpec } from '../../src/index.ts';
import { resolvConf } from '../../src/pod/resolv-conf.ts';

const test = suite('resolv.conf');

const CLUSTER =
  'search work.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';
const dnsConfig = {
  nameservers: ['10.0.0.1'],
  searches: ['example.com'],
  options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
};

const ROWS: [name: string, spec: Partial<PodSpec>, expected: string][] = [
  ['the cluster first, by default', {}, CLUSTER],
  ['on the host network the host', { hostNetwork: true }, ''],
  [
    'on the host network the cluster, if asked for',
    { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    CLUSTER,
  ],
  ['the host', { dnsPolicy: 'Default' }, ''],
  [
    'nothing but what is given',
    { dnsPolicy: 'None', dnsConfig },
    'search example.com\nnameserver 10.0.0.1\noptions ndots:2 edns0\n',
  ],
  [
    'what is given beside the cluster',
    { dnsConfig },
    'search work.svc.cluster.local svc.cluster.local cluster.local example.com\n' +
      'nameserver 10.96.0.10\nnameserver 10.0.0.1\noptions ndots:2 edns0\n',
  ],
];

for (const [name, spec, expected] of ROWS)
  test(name, () => {
    const pod = { metadata: { name: 'web', namespace: 'work' }, spec: { containers: [], ...spec } };
    assert.is(resolvConf(pod, { nameserver: '10.96.0.10' }), expected);
  });

test.run();
