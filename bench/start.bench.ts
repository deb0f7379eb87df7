/** How long a cluster takes to start: in a process that has started one before, and in a new one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { startCluster } from 'towtank';
import { median, report } from './harness/measurement.ts';

const WARM_ROUNDS = 30;
const COLD_ROUNDS = 5;
const BUILT = resolve('packages/towtank/dist/esm/index.js');

const warm: number[] = [];
for (let round = 0; round < WARM_ROUNDS; round += 1) {
  const started = performance.now();
  await (await startCluster()).close();
  warm.push(performance.now() - started);
}
report({ name: 'start and close, warm', value: median(warm.slice(5)), unit: 'ms', goal: { atMost: 30 } });

/** Milliseconds from the start of a `node` process to its end. */
function run(program: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - started;
}

if (!existsSync(BUILT)) throw new Error('the cold start is measured on the built packages: run pnpm build first');
const program = `import { startCluster } from ${JSON.stringify(BUILT)}; await startCluster(); process.exit(0);`;
const cold = Array.from({ length: COLD_ROUNDS }, () => run(program));
const empty = Array.from({ length: COLD_ROUNDS }, () => run(''));
report({
  name: 'a new process to a ready cluster',
  value: median(cold),
  unit: 'ms',
  limit: { name: 'an empty process', value: median(empty) },
});
report({ name: 'a new process to a ready cluster', value: median(cold), unit: 'ms', goal: { atMost: 600 } });
