/** Reads what a request asks for from its method and URL. */
import { badRequest } from '@towtank/apimachinery';
import type { RequestAttributes } from '../registry/request-attributes.ts';

/** Attributes with the query. */
export interface ParsedRequest extends RequestAttributes {
  readonly query: URLSearchParams;
}

const EMPTY_QUERY = new URLSearchParams();
const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
/** Namespace subresources, which `/namespaces/x/y` would otherwise hide behind a resource called `y`. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);
/** The verb prefixes of old clients: `/api/v1/watch/…`, `/api/v1/proxy/…`. */
const SPECIAL_VERBS = new Set(['watch', 'proxy']);

/** Parses a request. Throws 400 when the path is not valid text. */
export function parseRequest(method: string, url: string): ParsedRequest {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = question < 0 ? EMPTY_QUERY : new URLSearchParams(url.slice(question + 1));
  const parts = decodePath(path);
  const prefix = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0;
  if (prefix === 0 || parts.length <= prefix) return nonResource(method, path, query);
  const group = prefix === 2 ? '' : (parts[1] ?? '');
  const version = parts[prefix - 1] ?? '';
  return resourceRequest(method, path, query, { group, version, parts: parts.slice(prefix) });
}

function decodePath(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  if (!path.includes('%')) return parts;
  try {
    return parts.map(decodeURIComponent);
  } catch (cause) {
    throw badRequest(`invalid URL escape in ${JSON.stringify(path)}`, { cause });
  }
}

const nonResource = (method: string, path: string, query: URLSearchParams): ParsedRequest => ({
  verb: method.toLowerCase(),
  isResourceRequest: false,
  path,
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  rest: '',
  query,
});

interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly parts: string[];
}

function resourceRequest(
  method: string,
  path: string,
  query: URLSearchParams,
  { group, version, parts }: ResourcePath,
): ParsedRequest {
  const special = SPECIAL_VERBS.has(parts[0] ?? '') && parts.length > 1 ? parts.shift() : undefined;
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? '';
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts.splice(0, 2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = parts;
  return {
    verb: special === undefined ? verbOf(method, name, query) : special,
    isResourceRequest: true,
    path,
    group,
    version,
    resource,
    subresource,
    namespace,
    name: special === 'watch' ? '' : name,
    rest:
      rest.length === 0 && !path.endsWith('/')
        ? ''
        : `/${rest.join('/')}${rest.length > 0 && path.endsWith('/') ? '/' : ''}`,
    query: special === 'watch' ? oldWatchQuery(query, name) : query,
  };
}

/** `/watch/…/NAME` is a watch of the collection that selects one name. */
function oldWatchQuery(query: URLSearchParams, name: string): URLSearchParams {
  const changed = new URLSearchParams(query);
  changed.set('watch', 'true');
  if (name !== '') changed.set('fieldSelector', `metadata.name=${name}`);
  return changed;
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const verb = VERBS[method] ?? method.toLowerCase();
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

const isTrue = (text: string | null): boolean => text !== null && text !== 'false' && text !== '0';
