/** Request paths of the Kubernetes API. */
import type { GroupVersionResource } from '@towtank/apimachinery';

/** What a path names, from the resource down. */
export interface PathTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Values of a query; undefined ones are left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** The path of a resource, an object or a subresource, with its query. */
export function resourcePath(
  { group, version, resource }: GroupVersionResource,
  { namespace, name, subresource }: PathTarget = {},
  query: QueryValues = {},
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name ? `/${encodeURIComponent(name)}` : '';
  const below = subresource ? `/${subresource}` : '';
  return `${root}${scope}/${resource}${object}${below}${formatQuery(query)}`;
}

/** A query string with its question mark, or nothing. */
export function formatQuery(query: QueryValues): string {
  let text = '';
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    text += `${text === '' ? '?' : '&'}${key}=${encodeURIComponent(String(value))}`;
  }
  return text;
}
