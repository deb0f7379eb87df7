/** What a list or a watch asks for, read from the query and checked as the real server checks it. */
import {
  badRequest,
  type FieldError,
  type FieldRequirement,
  forbiddenField,
  invalid,
  invalidValue,
  notSupported,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
  StatusError,
} from '@towtank/apimachinery';
import { type ContinueToken, decodeContinue } from './continue-token.ts';

/** Options of list, watch and deletecollection. */
export interface ListOptions {
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldRequirement[];
  readonly watch: boolean;
  /** As given: empty, `0`, or a number as text. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly limit: number;
  readonly continueToken: ContinueToken | undefined;
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** Reads the options of a query. Throws 400 for what cannot be parsed and 422 for combinations that are not allowed. */
export function parseListOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const options: ListOptions = {
    labels: parseLabelSelector(query.get('labelSelector') ?? ''),
    fields: parseFieldSelector(query.get('fieldSelector') ?? ''),
    watch,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: parseInteger(query, 'limit') ?? 0,
    continueToken: undefined,
    sendInitialEvents: parseBoolean(query, 'sendInitialEvents'),
    allowWatchBookmarks: parseBoolean(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: parseInteger(query, 'timeoutSeconds'),
  };
  const errors = watch ? watchErrors(options) : listErrors(options, query.get('continue') ?? '');
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  checkRevision(options);
  const token = query.get('continue') ?? '';
  if (watch || token === '') return options;
  if (options.resourceVersion !== '' && options.resourceVersion !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
  return { ...options, continueToken: decodeContinue(token) };
}

/** A whole number from the query; undefined when absent. Throws 400 in the words of Go's parser. */
export function parseInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** A boolean from the query, by Kubernetes' rule: everything but `false` and `0` is true. */
export function parseBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return !(text.toLowerCase() === 'false' || text === '0');
}

function watchErrors({ sendInitialEvents, resourceVersionMatch, resourceVersion }: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'resourceVersionMatch';
  if (sendInitialEvents !== undefined && resourceVersionMatch === '')
    return [forbiddenField(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')];
  if (resourceVersionMatch === '') return errors;
  if (sendInitialEvents === undefined)
    errors.push(
      forbiddenField(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  if (resourceVersionMatch !== 'NotOlderThan') errors.push(notSupported(field, resourceVersionMatch, ['NotOlderThan']));
  if (sendInitialEvents && resourceVersion !== '' && !/^\d+$/.test(resourceVersion))
    errors.push(invalidValue('resourceVersion', resourceVersion, 'must be a number'));
  return errors;
}

function listErrors(
  { sendInitialEvents, resourceVersionMatch, resourceVersion }: ListOptions,
  token: string,
): FieldError[] {
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined)
    errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  if (resourceVersionMatch === '') return errors;
  if (resourceVersion === '')
    errors.push(forbiddenField(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (token !== '') errors.push(forbiddenField(field, 'resourceVersionMatch is forbidden when continue is provided'));
  if (resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan')
    errors.push(notSupported(field, resourceVersionMatch, ['Exact', 'NotOlderThan']));
  if (resourceVersionMatch === 'Exact' && resourceVersion === '0')
    errors.push(forbiddenField(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  return errors;
}

/** A bad revision is a 400 for lists; for watches the real server answers 500 and no reason. */
function checkRevision({ resourceVersion, watch }: ListOptions): void {
  if (resourceVersion === '' || /^\d+$/.test(resourceVersion)) return;
  const why = `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`;
  throw watch
    ? new StatusError(500, '', `resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${why}`)
    : badRequest(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${why}`);
}
