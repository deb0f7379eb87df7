/** What a pod's row says of its containers. */
import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rowPrinterOf } from '../../src/printers/row-printers.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const test = suite('pod row');

const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const waiting = (reason: string): object => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string): object => ({ terminated: { exitCode, reason } });
const killed = (signal: number): object => ({ terminated: { exitCode: 137, signal } });

const container = (name: string, state: object, more: object = {}): object => ({
  name,
  state,
  restartCount: 0,
  ...more,
});

interface Case {
  name: string;
  spec?: object;
  metadata?: object;
  status: object;
  /** ready, status, restarts */
  shows: [string, string, string];
}

const one = { containers: [{ name: 'main' }] };
const two = { containers: [{ name: 'main' }, { name: 'side' }] };
const withInit = { containers: [{ name: 'main' }], initContainers: [{ name: 'i1' }, { name: 'i2' }] };
const withSidecar = { containers: [{ name: 'main' }], initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] };

const CASES: Case[] = [
  { name: 'a pending pod', status: { phase: 'Pending' }, shows: ['0/1', 'Pending', '0'] },
  {
    name: 'a pod held by scheduling gates',
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    shows: ['0/1', 'SchedulingGated', '0'],
  },
  {
    name: 'an evicted pod shows its own reason',
    status: { phase: 'Failed', reason: 'Evicted' },
    shows: ['0/1', 'Evicted', '0'],
  },
  {
    name: 'a running pod',
    status: { phase: 'Running', containerStatuses: [container('main', running, { ready: true, restartCount: 3 })] },
    shows: ['1/1', 'Running', '3'],
  },
  {
    name: 'a restart with a known time shows how long ago it was',
    status: {
      phase: 'Running',
      containerStatuses: [
        container('main', running, {
          ready: true,
          restartCount: 2,
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } },
        }),
      ],
    },
    shows: ['1/1', 'Running', '2 (5m ago)'],
  },
  {
    name: 'a crashing container',
    status: {
      phase: 'Running',
      containerStatuses: [container('main', waiting('CrashLoopBackOff'), { restartCount: 4 })],
    },
    shows: ['0/1', 'CrashLoopBackOff', '4'],
  },
  {
    name: 'the first container in trouble is the one that shows',
    spec: two,
    status: {
      phase: 'Running',
      containerStatuses: [container('main', waiting('ErrImagePull')), container('side', waiting('CrashLoopBackOff'))],
    },
    shows: ['0/2', 'ErrImagePull', '0'],
  },
  {
    name: 'a container killed by a signal',
    status: { phase: 'Failed', containerStatuses: [container('main', killed(9))] },
    shows: ['0/1', 'Signal:9', '0'],
  },
  {
    name: 'a container that exits without reason',
    status: { phase: 'Failed', containerStatuses: [container('main', ended(3))] },
    shows: ['0/1', 'ExitCode:3', '0'],
  },
  {
    name: 'a completed container beside a running one leaves the pod running when it is ready',
    spec: two,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [container('main', ended(0, 'Completed')), container('side', running, { ready: true })],
    },
    shows: ['1/2', 'Running', '0'],
  },
  {
    name: 'and not ready when it is not',
    spec: two,
    status: {
      phase: 'Running',
      containerStatuses: [container('main', ended(0, 'Completed')), container('side', running, { ready: true })],
    },
    shows: ['1/2', 'NotReady', '0'],
  },
  {
    name: 'a completed container does not hide the failure of another',
    spec: two,
    status: {
      phase: 'Failed',
      containerStatuses: [container('main', ended(0, 'Completed')), container('side', ended(1, 'Error'))],
    },
    shows: ['0/2', 'Error', '0'],
  },
  {
    name: 'the second init container runs',
    spec: withInit,
    status: {
      phase: 'Pending',
      initContainerStatuses: [container('i1', ended(0, 'Completed')), container('i2', running)],
      containerStatuses: [container('main', waiting('PodInitializing'))],
    },
    shows: ['0/1', 'Init:1/2', '0'],
  },
  {
    name: 'an init container fails',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i1', ended(2, 'Error'), { restartCount: 1 })] },
    shows: ['0/1', 'Init:Error', '1'],
  },
  {
    name: 'an init container waits for its image',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i1', waiting('ErrImagePull'))] },
    shows: ['0/1', 'Init:ErrImagePull', '0'],
  },
  {
    name: 'a sidecar counts as a container, and its restarts count',
    spec: withSidecar,
    status: {
      phase: 'Running',
      initContainerStatuses: [container('proxy', running, { started: true, ready: true, restartCount: 2 })],
      containerStatuses: [container('main', running, { ready: true, restartCount: 1 })],
    },
    shows: ['2/2', 'Running', '3'],
  },
  {
    name: 'a deleted pod is terminating',
    metadata: { deletionTimestamp: '2026-01-01T00:59:00Z' },
    status: { phase: 'Running', containerStatuses: [container('main', running, { ready: true })] },
    shows: ['1/1', 'Terminating', '0'],
  },
  {
    name: 'a deleted pod that has finished is not',
    metadata: { deletionTimestamp: '2026-01-01T00:59:00Z' },
    status: { phase: 'Succeeded', containerStatuses: [container('main', ended(0, 'Completed'))] },
    shows: ['0/1', 'Completed', '0'],
  },
  {
    name: 'a deleted pod on a lost node is unknown',
    metadata: { deletionTimestamp: '2026-01-01T00:59:00Z' },
    status: { phase: 'Running', reason: 'NodeLost' },
    shows: ['0/1', 'Unknown', '0'],
  },
];

const podOf = ({ spec = one, metadata = {}, status }: Pick<Case, 'spec' | 'metadata' | 'status'>): KubeObject => ({
  metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  spec,
  status,
});

const printer = rowPrinterOf({ group: '', kind: 'Pod' });

for (const { name, shows, ...fields } of CASES) {
  test(name, () => assert.equal(printer?.cells(podOf(fields), NOW).slice(1, 4), shows));
}

test('the wide columns tell where the pod runs and which gates are open', () => {
  const pod = podOf({
    spec: { ...one, nodeName: 'n1', readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }] },
    status: {
      podIPs: [{ ip: '10.244.0.5' }, { ip: 'fd00::5' }],
      nominatedNodeName: 'n2',
      conditions: [
        { type: 'a', status: 'True' },
        { type: 'b', status: 'False' },
      ],
    },
  });
  assert.equal(printer?.cells(pod, NOW).slice(4), ['60m', '10.244.0.5', 'n1', 'n2', '1/2']);
});

test('finished pods carry a condition that lets clients leave them out', () => {
  const conditions = (phase: string): unknown => printer?.conditions?.(podOf({ status: { phase } }));
  assert.equal(conditions('Succeeded'), [
    { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
  ]);
  assert.equal(conditions('Failed'), [
    { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
  ]);
  assert.is(conditions('Running'), undefined);
});

test.run();
