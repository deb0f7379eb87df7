/** `pnpm bench [PART OF A NAME]…`: runs the benchmarks, prints a table, and writes bench/results.json. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { buildAll } from '../scripts/build-all.ts';
import { type Measurement, meetsGoal } from './harness/measurement.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = `${folder}results.json`;
const HEADINGS = ['benchmark', 'measured', 'limit', 'ratio', 'goal', ''];

/**
 * Runs one file in a process of its own, so that no benchmark inherits the heap of another. It finds the built packages,
 * as users do: compiled on the fly, every function within a function would cost its name.
 */
async function runFile(file: string): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const child = fork(`${folder}${file}`, [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  child.on('message', (measurement: Measurement) => {
    measurements.push(measurement);
    console.log(`  ${cells(measurement).filter(Boolean).join('  ')}`);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    console.error(`${file} ended with ${code}`);
    process.exitCode = 1;
  }
  return measurements;
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3).replace(/\.?0+$/, '');

function cells(measurement: Measurement): string[] {
  const { name, value, unit, limit, ratio, goal } = measurement;
  const met = meetsGoal(measurement);
  return [
    name,
    `${number(value)} ${unit}`,
    limit === undefined ? '' : `${number(limit.value)} ${unit} ${limit.name}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : 'atLeast' in goal ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`,
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ];
}

function printTable(rows: string[][]): void {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

const patterns = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .filter((name) => patterns.length === 0 || patterns.some((pattern) => name.includes(pattern)))
  .sort();
if (files.length === 0) throw new Error(`no benchmark matches ${patterns.join(' ')}`);
if (!buildAll(`${folder}..`)) process.exit(1);
const measurements: Measurement[] = [];
for (const file of files) {
  console.log(file);
  measurements.push(...(await runFile(file)));
}
console.log();
printTable([HEADINGS, ...measurements.map(cells)]);
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
writeFileSync(RESULTS, `${JSON.stringify({ machine, date: new Date().toISOString(), measurements }, null, 2)}\n`);
