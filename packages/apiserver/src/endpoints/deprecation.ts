/** Warnings about resources that are on their way out: every answer about one carries its own. */
import type { ApiResponse } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';

const DEPRECATED: Readonly<Record<string, string>> = {
  'v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  'v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** What is said of a deprecated resource; undefined for others. */
export const deprecationOf = ({ group, version, resource, deprecationWarning }: Resource): string | undefined =>
  group === '' && (resource === 'endpoints' || resource === 'componentstatuses')
    ? DEPRECATED[`${version}/${resource}`]
    : deprecationWarning;

/** The answer with one more warning, before those it has. */
export function withWarning(response: ApiResponse, text: string): ApiResponse {
  const { warning } = response.headers;
  const own = `299 - ${JSON.stringify(text)}`;
  const headers = { ...response.headers, warning: warning === undefined ? own : `${own}, ${warning}` };
  if (response.type !== 'object') return { ...response, headers };
  return {
    type: 'object',
    status: response.status,
    headers,
    get object() {
      return response.object;
    },
    encode: () => response.encode(),
  };
}
