/** Defaults that are code in the real API server, by the name of the type they belong to. */
import type { Defaulter } from './defaulter.ts';
import { ADMISSION_DEFAULTS } from './kind-defaults-admission.ts';
import { CLUSTER_DEFAULTS } from './kind-defaults-cluster.ts';
import { POD_DEFAULTS } from './kind-defaults-pods.ts';
import { WORKLOAD_DEFAULTS } from './kind-defaults-workloads.ts';

const TABLES: readonly Readonly<Record<string, Defaulter>>[] = [
  POD_DEFAULTS,
  WORKLOAD_DEFAULTS,
  CLUSTER_DEFAULTS,
  ADMISSION_DEFAULTS,
];

/** The defaults of a type: a function that changes a value of it in place. It must not go into fields' types. */
export function kindDefaults(type: string): Defaulter | undefined {
  for (const table of TABLES) if (Object.hasOwn(table, type)) return table[type];
  return undefined;
}
