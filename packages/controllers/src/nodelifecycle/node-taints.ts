/** Which taints a Node's conditions ask for. */
import type { Node, Taint } from '../scheduler/node.ts';

const key = (name: string): string => `node.kubernetes.io/${name}`;

/** Taint by condition type and status. */
const NO_SCHEDULE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: key('not-ready'), Unknown: key('unreachable') },
  MemoryPressure: { True: key('memory-pressure') },
  DiskPressure: { True: key('disk-pressure') },
  PIDPressure: { True: key('pid-pressure') },
  NetworkUnavailable: { True: key('network-unavailable') },
};
const UNSCHEDULABLE = key('unschedulable');
const MANAGED_NO_SCHEDULE: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(NO_SCHEDULE).flatMap((byStatus) => Object.values(byStatus)),
]);
const MANAGED_NO_EXECUTE: ReadonlySet<string> = new Set(Object.values(NO_SCHEDULE.Ready ?? {}));

/** The taints that a Node should have now: those of others as they are, its own by its conditions. */
export function desiredTaints({ spec, status }: Node, nowText: string): Taint[] {
  const keys = (status?.conditions ?? []).flatMap(({ type, status: value }) => NO_SCHEDULE[type]?.[value] ?? []);
  const wanted: Taint[] = keys.map((name) => ({ key: name, effect: 'NoSchedule' }));
  if (spec?.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  for (const name of keys.filter((name) => MANAGED_NO_EXECUTE.has(name)))
    wanted.push({ key: name, effect: 'NoExecute', timeAdded: nowText });
  const known = spec?.taints ?? [];
  const others = known.filter((taint) => !isManaged(taint));
  const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  return [...others, ...wanted.map((taint) => known.find((old) => isSame(old, taint)) ?? taint)];
}

const isManaged = ({ key: name, effect }: Taint): boolean =>
  effect === 'NoExecute' ? MANAGED_NO_EXECUTE.has(name) : effect === 'NoSchedule' && MANAGED_NO_SCHEDULE.has(name);
