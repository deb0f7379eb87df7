import { formatTime } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Pod } from '../../src/pod/pod.ts';
import { podsToDelete } from '../../src/pod/pod-ranking.ts';

const test = suite('which pods to delete');
const NOW = Date.UTC(2026, 0, 2);
const HOUR = 3_600_000;

interface Options {
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly readyForMs?: number;
  readonly restarts?: number;
  readonly cost?: string;
  readonly ageMs?: number;
}

function pod(name: string, options: Options = {}): Pod {
  const { node = 'a', phase = 'Running', ready = true, readyForMs = HOUR, restarts = 0, cost, ageMs = HOUR } = options;
  const lastTransitionTime = formatTime(NOW - readyForMs);
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: formatTime(NOW - ageMs),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }],
      containerStatuses: [{ name: 'main', restartCount: restarts }],
    },
  };
}

const ROWS: [name: string, first: Pod, second: Pod][] = [
  ['one without a node before one with', pod('x', { node: '' }), pod('a', { phase: 'Pending', ready: false })],
  ['a pending one before a running one', pod('x', { phase: 'Pending' }), pod('a', { ready: false })],
  ['one that is not ready before one that is', pod('x', { ready: false }), pod('a', { cost: '-9' })],
  ['a cheap one before a dear one', pod('x', { cost: '-1' }), pod('a')],
  ['one that is ready for a short time', pod('x', { readyForMs: 60_000 }), pod('a')],
  ['one that restarts more often', pod('x', { restarts: 3 }), pod('a')],
  ['a younger one', pod('x', { ageMs: 60_000 }), pod('a')],
  ['of two of the same age the one with the lower uid', pod('a', { ageMs: HOUR + 1000 }), pod('x')],
  ['a cost that is no number counts as none', pod('x', { restarts: 1, cost: 'much' }), pod('a')],
];

for (const [name, first, second] of ROWS)
  test(name, () => {
    for (const pods of [
      [first, second],
      [second, first],
    ])
      assert.equal(
        podsToDelete(pods, pods, 1, NOW).map(({ metadata }) => metadata.name),
        [first.metadata.name],
      );
  });

test('one from a crowded node before a lonely one', () => {
  const pods = [pod('a', { node: 'lonely' }), pod('x'), pod('y')];
  assert.is(podsToDelete(pods, pods, 1, NOW)[0]?.spec.nodeName, 'a');
});

test.run();
