/** Cells of custom resources: values found by the paths of their definition's printer columns. */
import type { KubeObject } from '@towtank/apimachinery';
import type { ResourceColumn } from '../resources/resource.ts';
import { nameOf } from './cell-text.ts';
import { ageOf } from './human-duration.ts';
import { type JsonPath, parseJsonPath } from './json-path.ts';
import type { Cell } from './row-printer.ts';

const paths = new WeakMap<ResourceColumn, JsonPath>();

const nowhere: JsonPath = () => [];

function pathOf(column: ResourceColumn): JsonPath {
  let path = paths.get(column);
  if (path === undefined) {
    path = parseJsonPath(column.jsonPath ?? '') ?? nowhere;
    paths.set(column, path);
  }
  return path;
}

/**
 * The cells of one object. A column without a path is its name; a value that is missing, or is not of the column's
 * type, is null. Of several values that a path leads to, the first counts.
 */
export const customCells = (columns: readonly ResourceColumn[], object: KubeObject, now: number): Cell[] =>
  columns.map((column) => {
    if (column.jsonPath === undefined) return nameOf(object);
    const [value] = pathOf(column)(object);
    return value === undefined || value === null ? null : cellOf(column.type, value, now);
  });

function cellOf(type: string, value: unknown, now: number): Cell {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, now) : null;
    default:
      return null;
  }
}

const dateCell = (text: string, now: number): string =>
  Number.isNaN(Date.parse(text)) ? '<invalid>' : ageOf(text, now);
