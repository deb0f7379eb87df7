import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { conditions, MachineRoom, serving, stateOf } from './_machine-room.ts';

const test = suite('nodes');

const node = (room: MachineRoom, name: string): Promise<KubeObject> => room.resource('nodes').get(name);
const readyOf = ({ status }: KubeObject): string =>
  status.conditions.find(({ type }: { type: string }) => type === 'Ready').status;

test('a node registers as a kubelet does', async () => {
  await using room = await MachineRoom.start();
  const { metadata, spec, status } = await node(room, 'node-1');
  assert.equal(metadata.labels, {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': 'node-1',
    'kubernetes.io/os': 'linux',
  });
  assert.equal([spec.podCIDR, spec.podCIDRs], ['10.244.0.0/24', ['10.244.0.0/24']]);
  assert.equal(status.addresses, [
    { type: 'InternalIP', address: '172.18.0.3' },
    { type: 'Hostname', address: 'node-1' },
  ]);
  assert.is(status.capacity.pods, '110');
  assert.equal(
    status.conditions.map(({ type, status: value, reason }: Record<string, string>) => `${type}=${value} ${reason}`),
    [
      'MemoryPressure=False KubeletHasSufficientMemory',
      'DiskPressure=False KubeletHasNoDiskPressure',
      'PIDPressure=False KubeletHasSufficientPID',
      'Ready=True KubeletReady',
    ],
  );
  assert.is(status.nodeInfo.kubeletVersion, 'v1.36.2');
});

test('nodes are as different as their specs', async () => {
  const nodes = [{ name: 'east', zone: 'zone-a', labels: { disk: 'ssd' }, capacity: { pods: '3' } }, {}];
  await using room = await MachineRoom.start({}, { nodes });
  assert.equal(room.nodes.names, ['east', 'node-2']);
  const { metadata, status } = await node(room, 'east');
  assert.is(metadata.labels?.['topology.kubernetes.io/zone'], 'zone-a');
  assert.is(metadata.labels?.disk, 'ssd');
  assert.equal([status.allocatable.pods, status.allocatable.cpu], ['3', '8']);
  assert.is((await node(room, 'node-2')).spec.podCIDR, '10.244.1.0/24');
});

test('a node renews its lease by the clock, and its status now and then', async () => {
  await using room = await MachineRoom.start();
  const lease = async (): Promise<string> =>
    (await room.resource('leases', 'coordination.k8s.io').get('node-1', { namespace: 'kube-node-lease' })).spec
      .renewTime;
  assert.is(await lease(), '2026-01-01T00:00:00.000000Z');
  await room.advance(10_000);
  assert.is(await lease(), '2026-01-01T00:00:10.000000Z');
  for (let seconds = 10; seconds < 300; seconds += 10) await room.advance(10_000);
  const [condition] = (await node(room, 'node-1')).status.conditions;
  assert.is(condition.lastHeartbeatTime, '2026-01-01T00:05:00Z');
  assert.is(condition.lastTransitionTime, '2026-01-01T00:00:00Z');
});

test('setReady overrules the probes until it is taken back', async () => {
  await using room = await MachineRoom.start();
  await room.run('web');
  const ready = async (): Promise<boolean> => conditions(await room.pod('web')).includes('Ready=True');
  await room.nodes.setReady('work/web', false);
  assert.not(await ready());
  await room.nodes.setReady(await room.pod('web'), undefined);
  assert.ok(await ready());
});

test('crash ends a container as if it had crashed', async () => {
  await using room = await MachineRoom.start();
  await room.run('web', { restartPolicy: 'Never' });
  await room.nodes.crash('work/web', { exitCode: 139 });
  assert.is(stateOf(await room.pod('web')), 'terminated 139 Error');
});

test('a node that fails is unreachable after 40 seconds, and its pods cannot be reached at once', async () => {
  await using room = await MachineRoom.start({ 'example/web': () => (_request, response) => response.end('ok') });
  const pod = await room.run('web', serving('example/web', { containerPort: 80 }));
  await room.nodes.fail('node-1');
  assert.not(await room.listens(pod.status?.podIP ?? '', 80));
  await room.advance(39_000);
  assert.is(readyOf(await node(room, 'node-1')), 'True');
  await room.advance(1000);
  assert.is(readyOf(await node(room, 'node-1')), 'Unknown');
  assert.is((await room.pod('web')).status?.phase, 'Running', 'nobody is there to say otherwise');
  await room.nodes.recover('node-1');
  await room.settled();
  assert.is(readyOf(await node(room, 'node-1')), 'True');
  const recovered = await room.pod('web');
  assert.is(recovered.status?.containerStatuses?.[0]?.restartCount, 1);
  assert.ok(await room.listens(recovered.status?.podIP ?? '', 80));
});

test('a pod that is deleted while its node is down goes when the node is back', async () => {
  await using room = await MachineRoom.start();
  await room.run('web');
  await room.nodes.fail('node-1');
  await room.delete('web');
  await room.advance(60_000);
  assert.equal(await room.pods(), ['web']);
  await room.nodes.recover('node-1');
  await room.settled();
  assert.equal(await room.pods(), []);
});

test('draining cordons a node and evicts its pods, but for daemons', async () => {
  await using room = await MachineRoom.start();
  await room.run('web');
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: '1', controller: true };
  await room.run('agent', {}, { ownerReferences: [owner] });
  await room.nodes.drain('node-1');
  await room.settled();
  assert.equal(await room.pods(), ['agent']);
  assert.is((await node(room, 'node-1')).spec.unschedulable, true);
  await room.nodes.uncordon('node-1');
  assert.is((await node(room, 'node-1')).spec.unschedulable, undefined);
});

test('draining waits for a disruption budget', async () => {
  await using room = await MachineRoom.start();
  await room.run('web', {}, { labels: { app: 'web' } });
  const budgets = room.resource('poddisruptionbudgets', 'policy');
  const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'work' },
    spec,
  };
  await budgets.create(budget);
  const drained = room.nodes.drain('node-1');
  await room.settled();
  assert.equal(await room.pods(), ['web']);
  await budgets.delete('web', { namespace: 'work' });
  await room.advance(5000);
  await drained;
  await room.settled();
  assert.equal(await room.pods(), []);
});

test('nodes come and go while the cluster runs', async () => {
  await using room = await MachineRoom.start();
  assert.is(await room.nodes.add({ name: 'late' }), 'late');
  assert.equal(room.nodes.names, ['node-1', 'late']);
  await room.run('web', { nodeName: 'late' });
  assert.is((await room.pod('web')).status?.podIP, '10.244.1.2');
  await room.nodes.remove('late');
  assert.equal(room.nodes.names, ['node-1']);
  assert.equal(
    (await room.resource('nodes').list()).items.map(({ metadata }) => metadata.name),
    ['node-1'],
  );
});

test('a pod waits for an address when a node has none left', async () => {
  await using room = await MachineRoom.start({}, { nodes: [{ podCIDR: '10.244.0.0/30' }] });
  await room.run('a');
  assert.is((await room.run('b')).status?.phase, 'Pending');
  assert.match((await room.events()).join(), /FailedCreatePodSandBox.*no IP addresses available/);
  await room.delete('a');
  await room.advance(10_000);
  assert.is((await room.pod('b')).status?.phase, 'Running');
});

test('what the nodes do not know is an error with a name', async () => {
  await using room = await MachineRoom.start();
  const rows: [work: () => Promise<unknown>, message: string][] = [
    [() => room.nodes.fail('no'), 'there is no simulated node "no"'],
    [() => room.nodes.crash('work/no'), 'no simulated node runs a pod "work/no"'],
    [() => room.nodes.add({ name: 'node-1' }), 'there is a node named "node-1" already'],
  ];
  for (const [work, message] of rows)
    await work().then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, message),
    );
});

test.run();
