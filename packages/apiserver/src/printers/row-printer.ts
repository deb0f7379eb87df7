/** The seam between a table and the kinds it shows: how one object becomes one row of cells. */
import type { KubeObject } from '@towtank/apimachinery';

/** A value of a cell, as JSON knows it. */
export type Cell = string | number | boolean | null;

/** A condition of a row: `Completed` marks a row that kubectl may leave out. */
export interface TableRowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** How a kind is shown. Cells come in the order of the resource's columns, wide ones included. */
export interface RowPrinter {
  /** The cells of one object; `now` is in milliseconds since the epoch. The object is never changed. */
  cells(object: KubeObject, now: number): Cell[];
  /** Conditions of the row, for the kinds that have them. */
  conditions?(object: KubeObject): readonly TableRowCondition[] | undefined;
  /** Order of the rows of a list, where it is not the order of storage. */
  compare?(a: KubeObject, b: KubeObject): number;
}

/** Printers by `Kind`, or by `group/Kind` outside the core group. */
export type RowPrinters = Readonly<Record<string, RowPrinter>>;
