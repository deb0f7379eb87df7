/** The order of API versions: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, then everything else by name. */

const KUBE_VERSION = /^v(?<major>\d+)(?:(?<stage>alpha|beta)(?<minor>\d+))?$/;
const STAGES: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };
const STABLE = 2;

/** Sorts the newest and most stable version first. */
export function compareKubeVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === undefined && right === undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  const difference = left.findIndex((value, index) => value !== right[index]);
  return difference < 0 ? 0 : (right[difference] ?? 0) - (left[difference] ?? 0);
}

function rankOf(version: string): [number, number, number] | undefined {
  const groups = KUBE_VERSION.exec(version)?.groups;
  if (groups === undefined) return undefined;
  const { major, stage, minor } = groups;
  return [stage === undefined ? STABLE : (STAGES[stage] ?? 0), Number(major), Number(minor ?? 0)];
}
