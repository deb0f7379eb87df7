/** The parameters of the API's operations. */
import type { Parameter } from './operation.ts';

const query = (type: Parameter['type'], ...names: string[]): Parameter[] =>
  names.map((name) => ({ name, in: 'query', type }));

const paging = [
  ...query(
    'string',
    'continue',
    'fieldSelector',
    'labelSelector',
    'resourceVersion',
    'resourceVersionMatch',
    'shardSelector',
  ),
  ...query('boolean', 'sendInitialEvents'),
  ...query('integer', 'limit', 'timeoutSeconds'),
];

/** Of lists and watches. */
export const LIST_PARAMETERS: readonly Parameter[] = [...paging, ...query('boolean', 'allowWatchBookmarks', 'watch')];

/** Of create and replace. */
export const WRITE_PARAMETERS: readonly Parameter[] = query('string', 'dryRun', 'fieldManager', 'fieldValidation');

/** Of patch. */
export const PATCH_PARAMETERS: readonly Parameter[] = [...WRITE_PARAMETERS, ...query('boolean', 'force')];

/** Of the deletion of one object. */
export const DELETE_PARAMETERS: readonly Parameter[] = [
  ...query('string', 'dryRun', 'propagationPolicy'),
  ...query('boolean', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents'),
  ...query('integer', 'gracePeriodSeconds'),
];

/** Of the deletion of a collection. */
export const DELETE_COLLECTION_PARAMETERS: readonly Parameter[] = [...paging, ...DELETE_PARAMETERS];

const PRETTY = query('string', 'pretty');

const TERMINAL = [...query('boolean', 'stderr', 'stdin', 'stdout', 'tty'), ...query('string', 'container')];

/** Parameters of subresources that are no objects, by the kind of their options. */
export const CONNECT_PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: TERMINAL,
  PodExecOptions: [...TERMINAL, ...query('string', 'command')],
  PodPortForwardOptions: query('integer', 'ports'),
  PodProxyOptions: query('string', 'path'),
  ServiceProxyOptions: query('string', 'path'),
  NodeProxyOptions: query('string', 'path'),
};

/** Of a pod's log. */
export const LOG_PARAMETERS: readonly Parameter[] = [
  ...query('string', 'container', 'stream'),
  ...query('boolean', 'follow', 'insecureSkipTLSVerifyBackend', 'previous', 'timestamps'),
  ...query('integer', 'limitBytes', 'sinceSeconds', 'tailLines'),
];

/** What stands in the path itself, and `pretty`, which every operation on objects takes. */
export function pathParameters(path: string, kind: string, withPretty = true): Parameter[] {
  const parameters: Parameter[] = withPretty ? [...PRETTY] : [];
  if (path.includes('{name}')) parameters.push(inPath('name', `name of the ${kind}`));
  if (path.includes('{namespace}'))
    parameters.push(inPath('namespace', 'object name and auth scope, such as for teams and projects'));
  if (path.includes('{path}')) parameters.push(inPath('path', 'path to the resource'));
  return parameters;
}

const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });
