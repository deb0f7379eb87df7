/** Objects as a `Table` of `meta.k8s.io`: the rows and columns that `kubectl get` shows. */
import type { KubeObject, ListMeta } from '@towtank/apimachinery';
import type { Resource, ResourceColumn } from '../resources/resource.ts';
import { nameOf } from './cell-text.ts';
import { columnDescription } from './column-description.ts';
import { customCells } from './custom-cells.ts';
import { type MetaVersion, type PartialObjectMetadata, partialObjectMetadata } from './partial-object-metadata.ts';
import type { Cell, RowPrinter, TableRowCondition } from './row-printer.ts';
import { rowPrinterOf } from './row-printers.ts';

/** What a row carries of its object. */
export type IncludeObject = 'Metadata' | 'None' | 'Object';

/** A column, as the wire has it: every field is always there. */
export interface TableColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** A row: one object's cells, and as much of the object as was asked for. */
export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly TableRowCondition[];
  readonly object: KubeObject | PartialObjectMetadata | null;
}

/** The Table of `meta.k8s.io`. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: `meta.k8s.io/${MetaVersion}`;
  readonly metadata: ListMeta;
  /** Null when headers were not asked for. */
  readonly columnDefinitions: readonly TableColumnDefinition[] | null;
  readonly rows: readonly TableRow[];
}

/** What to put into a table. */
export interface TableRequest {
  readonly resource: Resource;
  /** The objects, in the version of the resource. They are shared with the table, never changed. */
  readonly objects: readonly KubeObject[];
  /** Metadata of the list; for one object its resourceVersion. */
  readonly metadata: ListMeta;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  readonly includeObject?: IncludeObject;
  /** Leaves the column definitions out, as for every event of a watch but the first. */
  readonly noHeaders?: boolean;
  readonly version?: MetaVersion;
}

const DEFAULT_COLUMNS: readonly ResourceColumn[] = [
  { name: 'Name', type: 'string', format: 'name' },
  { name: 'Created At', type: 'date' },
];

const defaultPrinter: RowPrinter = {
  cells: (object) => [nameOf(object), object.metadata.creationTimestamp ?? null],
};

/**
 * Shows objects as a table: by the printer of their kind, by the columns of their definition (JSONPath) for custom
 * resources, else by name and creation time.
 */
export function tableFor(request: TableRequest): Table {
  const { resource, objects, metadata, now, includeObject = 'Metadata', noHeaders = false, version = 'v1' } = request;
  const { columns, printer } = layoutOf(resource);
  const ordered = printer.compare === undefined ? objects : [...objects].sort(printer.compare);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: noHeaders ? null : columns.map(columnDefinition),
    rows: ordered.map((object) => {
      const conditions = printer.conditions?.(object);
      return {
        cells: printer.cells(object, now),
        ...(conditions === undefined ? {} : { conditions }),
        object: includedObject(object, includeObject, version),
      };
    }),
  };
}

function layoutOf(resource: Resource): { columns: readonly ResourceColumn[]; printer: RowPrinter } {
  const { columns } = resource;
  if (columns.some(({ jsonPath }) => jsonPath !== undefined))
    return { columns, printer: { cells: (object, now) => customCells(columns, object, now) } };
  const printer = rowPrinterOf(resource);
  if (printer === undefined || columns.length === 0) return { columns: DEFAULT_COLUMNS, printer: defaultPrinter };
  return { columns, printer };
}

const columnDefinition = (column: ResourceColumn): TableColumnDefinition => ({
  name: column.name,
  type: column.type,
  format: column.format ?? '',
  description: column.description ?? columnDescription(column),
  priority: column.priority ?? 0,
});

function includedObject(object: KubeObject, include: IncludeObject, version: MetaVersion): TableRow['object'] {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialObjectMetadata(object, version);
}
