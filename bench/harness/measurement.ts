/** What a benchmark reports: a figure, the physical limit measured beside it, and what is expected of it. */

/** One figure. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What bounds the figure, measured in the same run. */
  readonly limit?: { readonly name: string; readonly value: number };
  /** How near to the limit the figure is: 1 is at the limit. */
  readonly ratio?: number;
  readonly goal?: Goal;
}

/** What is expected: of the ratio where there is a limit, of the value otherwise. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** Whether a measurement reaches its goal; undefined when it has none. */
export function meetsGoal({ value, ratio, goal }: Measurement): boolean | undefined {
  if (goal === undefined) return undefined;
  const judged = ratio ?? value;
  return 'atLeast' in goal ? judged >= goal.atLeast : judged <= goal.atMost;
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** A figure and its limit, each measured by a function. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly measure: () => Promise<number>;
  readonly limit: string;
  readonly measureLimit: () => Promise<number>;
  readonly goal?: Goal;
  /** How often both are measured, in turn; the medians count. */
  readonly rounds?: number;
}

/** Measures a figure and its limit in turn, so that a busy machine slows both. */
export async function compare(comparison: Comparison): Promise<Measurement> {
  const { name, unit, measure, measureLimit, rounds = 3, goal } = comparison;
  const [values, limits]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    limits.push(await measureLimit());
    values.push(await measure());
  }
  const [value, limit] = [median(values), median(limits)];
  const measured = { name, value, unit, limit: { name: comparison.limit, value: limit }, ratio: value / limit };
  return goal === undefined ? measured : { ...measured, goal };
}

/** Hands a measurement to the process that collects them, or prints it when the benchmark runs alone. */
export function report(measurement: Measurement): void {
  if (process.send === undefined) console.log(measurement);
  else process.send(measurement);
}
