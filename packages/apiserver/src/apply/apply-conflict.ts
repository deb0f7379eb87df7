/** Fields that another manager manages, as the error that refuses to take them. */
import { StatusError } from '@towtank/apimachinery';
import { type FieldSet, pathsOf } from './field-set.ts';
import type { Manager } from './managed-fields.ts';
import { compareElements, showPath } from './path-element.ts';

/** The fields that one manager would lose. */
export interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** 409 that names every field and its manager. */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const found = conflicts
    .map(({ manager, fields }) => ({
      manager: showManager(manager),
      paths: pathsOf(fields, compareElements).map(showPath),
    }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = found.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  return new StatusError(409, 'Conflict', messageOf(found, causes.length), { details: { causes } });
}

function messageOf(found: readonly { manager: string; paths: readonly string[] }[], count: number): string {
  const [first] = found;
  if (count === 1) return `Apply failed with 1 conflict: conflict with ${first?.manager}: ${first?.paths[0]}`;
  const lines = found.flatMap(({ manager, paths }) => [
    `conflicts with ${manager}:`,
    ...paths.map((path) => `- ${path}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join('\n')}`;
}

function showManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
