/** Which printer shows which kind. */
import { admissionRows } from './admission-row.ts';
import { apiServerRows } from './api-server-row.ts';
import { autoscalerRows } from './autoscaler-row.ts';
import { deviceRows } from './device-row.ts';
import { eventRows } from './event-row.ts';
import { jobRows } from './job-row.ts';
import { namespaceRows } from './namespace-row.ts';
import { networkingRows } from './networking-row.ts';
import { nodeRows } from './node-row.ts';
import { podRows } from './pod-row.ts';
import { policyRows } from './policy-row.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';
import { serviceRows } from './service-row.ts';
import { volumeRows } from './volume-row.ts';
import { workloadRows } from './workload-row.ts';

const PRINTERS: RowPrinters = {
  ...podRows,
  ...workloadRows,
  ...jobRows,
  ...serviceRows,
  ...networkingRows,
  ...nodeRows,
  ...volumeRows,
  ...namespaceRows,
  ...eventRows,
  ...autoscalerRows,
  ...policyRows,
  ...admissionRows,
  ...apiServerRows,
  ...deviceRows,
};

/** The printer of a kind; undefined for kinds that are shown by name and creation time alone. */
export function rowPrinterOf({ group, kind }: { group: string; kind: string }): RowPrinter | undefined {
  const key = group === '' ? kind : `${group}/${kind}`;
  return Object.hasOwn(PRINTERS, key) ? PRINTERS[key] : undefined;
}
