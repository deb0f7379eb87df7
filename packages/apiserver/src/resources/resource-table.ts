/** The built-in resources, parsed from the fact table once per process. */
import { RESOURCE_ROWS } from '../data/resource-rows.ts';
import type { Resource } from './resource.ts';

type Row = Partial<Resource> &
  Pick<Resource, 'group' | 'version' | 'resource' | 'kind' | 'singular' | 'verbs' | 'schema'> & {
    scope: 'Namespaced' | 'Cluster';
  };

let table: readonly Resource[] | undefined;

/** Every built-in resource, in discovery order. */
export function resourceTable(): readonly Resource[] {
  table ??= RESOURCE_ROWS.map((row) => toResource(JSON.parse(row) as Row));
  return table;
}

function toResource({ scope, ...row }: Row): Resource {
  return {
    shortNames: [],
    categories: [],
    subresources: [],
    columns: [],
    fieldSelectors: ['metadata.name', 'metadata.namespace'],
    ...row,
    namespaced: scope === 'Namespaced',
  };
}
