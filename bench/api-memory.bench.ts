/** The memory that 5,000 pods take. */
import { startApi } from './harness/api.ts';
import { report } from './harness/measurement.ts';
import { podNumber } from './harness/pods.ts';

const PODS = 5000;

function usedBytes(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** In a function of its own, so that nothing holds the copy that it makes to count. */
async function listedBytes(): Promise<number> {
  return (await api.get('/api/v1/pods')).length;
}

await using api = await startApi();
await api.create('/api/v1/namespaces/default/pods', {
  ...podNumber(0),
  metadata: { name: 'first', namespace: 'default' },
});
await api.get('/api/v1/pods');
const before = usedBytes();
for (let index = 0; index < PODS; index += 1) await api.create('/api/v1/namespaces/default/pods', podNumber(index));
const held = usedBytes() - before;
const bytes = await listedBytes();
await new Promise((resolve) => setImmediate(resolve));
const listed = usedBytes() - before;

report({
  name: `memory of ${PODS} pods, as a multiple of their JSON`,
  value: held / bytes,
  unit: '',
  goal: { atMost: 3 },
});
report({ name: 'the same once they have been listed', value: listed / bytes, unit: '', goal: { atMost: 3 } });
