/** Our answers beside those of a real Kubernetes 1.36: how many match may only rise. */
import { startCluster } from 'towtank';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFloor, readScenario, scenarioNames } from './_exchange.ts';
import { replay } from './_replay.ts';

const test = suite('conformance with Kubernetes 1.36');

test('answers at least as many steps of every scenario as it ever did', async () => {
  await using cluster = await startCluster({ nodes: 0, port: false });
  const floor = readFloor();
  const counts: Record<string, number> = {};
  for (const name of scenarioNames()) {
    const steps = await replay(cluster, readScenario(name));
    counts[name] = steps.filter(({ matches }) => matches).length;
  }
  const fallen = Object.keys(counts).filter((name) => (counts[name] ?? 0) < (floor[name] ?? 0));
  assert.equal(fallen, [], `scenarios that have fallen below their floor: ${JSON.stringify(counts)}`);
});

test.run();
