/** The paths and operations of subresources: parts of objects, and connections to what objects stand for. */
import type { Subresource } from '../resources/resource.ts';
import { type ApiPath, METHODS, type Method, type Operation } from './operation.ts';
import { operationId, subresourceWord, tagOf, withArticle } from './operation-names.ts';
import { CONNECT_PARAMETERS, LOG_PARAMETERS, pathParameters } from './parameters.ts';
import {
  answersWith,
  type DocumentedResource,
  OBJECT_MEDIA_TYPES,
  patch,
  post,
  read,
  replace,
  rootOf,
  type WriteTarget,
} from './resource-operations.ts';

/** Name of the type of a kind, for kinds of subresources: `autoscaling/v1` `Scale`. */
export type TypeOfKind = (group: string, version: string, kind: string) => string;

/** The paths of one subresource. */
export function subresourcePaths(
  documented: DocumentedResource,
  subresource: Subresource,
  typeOf: TypeOfKind,
): ApiPath[] {
  const { resource } = documented;
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const path = `${rootOf(resource)}${scope}/${resource.resource}/{name}/${subresource.subresource}`;
  const options = CONNECT_PARAMETERS[subresource.kind];
  if (options !== undefined) return connectPaths(documented, subresource, path);
  if (subresource.subresource === 'log') return [{ path, operations: [readLog(documented, path)] }];
  return [{ path, operations: objectOperations(documented, subresource, path, typeOf) }];
}

const gvkOf = ({ resource }: DocumentedResource, { group, version, kind }: Subresource): Operation['kind'] =>
  group === '' && version === ''
    ? { group: resource.group, version: resource.version, kind }
    : { group, version, kind };

function objectOperations(
  documented: DocumentedResource,
  subresource: Subresource,
  path: string,
  typeOf: TypeOfKind,
): Operation[] {
  const { resource } = documented;
  const kind = gvkOf(documented, subresource);
  const isOwn = subresource.kind === resource.kind && kind?.group === resource.group;
  const type = isOwn || kind === undefined ? documented.type : typeOf(kind.group, kind.version, kind.kind);
  const name = { namespaced: resource.namespaced, subresource: subresourceWord(subresource.subresource) };
  const part: WriteTarget = {
    scope: path,
    type,
    of: `${subresource.subresource} of the specified ${resource.kind}`,
    name,
  };
  const made: WriteTarget = { ...part, of: `${subresource.subresource} of ${withArticle(resource.kind)}` };
  const { verbs } = subresource;
  return [
    ...(verbs.includes('get') ? [read(documented, part)] : []),
    ...(verbs.includes('update') ? [replace(documented, part)] : []),
    ...(verbs.includes('create') ? [post(documented, made)] : []),
    ...(verbs.includes('patch') ? [patch(documented, part)] : []),
  ].map((operation) => withKind(operation, kind));
}

/** The operation as one of the kind that the subresource reads and writes. */
const withKind = (operation: Operation, kind: Operation['kind']): Operation =>
  kind === undefined
    ? operation
    : {
        ...operation,
        kind,
        parameters: operation.parameters.map((parameter) =>
          parameter.in === 'path' && parameter.name === 'name'
            ? { ...parameter, description: `name of the ${kind.kind}` }
            : parameter,
        ),
      };

function readLog(documented: DocumentedResource, path: string): Operation {
  const { resource } = documented;
  return {
    ...read(documented, {
      scope: path,
      type: 'string',
      of: `log of the specified ${resource.kind}`,
      name: { namespaced: resource.namespaced, subresource: 'Log' },
    }),
    parameters: [...LOG_PARAMETERS, ...pathParameters(path, resource.kind)],
    answers: answersWith('string', [200], [...OBJECT_MEDIA_TYPES, 'text/plain']),
  };
}

/** What HTTP methods a connection takes: proxies pass everything on, terminals are opened by GET or POST. */
const connectMethods = ({ kind }: Subresource): readonly Method[] =>
  kind.endsWith('ProxyOptions') ? METHODS : ['get', 'post'];

function connectPaths(documented: DocumentedResource, subresource: Subresource, path: string): ApiPath[] {
  const operations = (at: string, suffix: string): Operation[] =>
    connectMethods(subresource).map((method) => connect(documented, subresource, method, at, suffix));
  const paths = [{ path, operations: operations(path, '') }];
  if (subresource.subresource === 'proxy')
    paths.push({ path: `${path}/{path}`, operations: operations(`${path}/{path}`, 'WithPath') });
  return paths;
}

function connect(
  documented: DocumentedResource,
  subresource: Subresource,
  method: Method,
  path: string,
  suffix: string,
): Operation {
  const { resource } = documented;
  const kind = gvkOf(documented, subresource);
  const word = `${subresourceWord(subresource.subresource)}${suffix}`;
  const infix = method.charAt(0).toUpperCase() + method.slice(1);
  return {
    method,
    id: operationId('connect', resource, { namespaced: resource.namespaced, subresource: word }, infix),
    description: `connect ${method.toUpperCase()} requests to ${subresource.subresource} of ${resource.kind}`,
    tag: tagOf(resource.group, resource.version),
    action: 'connect',
    ...(kind === undefined ? {} : { kind }),
    parameters: [...(CONNECT_PARAMETERS[subresource.kind] ?? []), ...pathParameters(path, subresource.kind, false)],
    answers: answersWith('string', [200], ['*/*']),
  };
}
