/** One request on its way through the handlers. */
import { type ApiRequest, type Clock, invalid, type Random, type UserInfo } from '@towtank/apimachinery';
import type { AdmissionPlugin } from '../admission/admission.ts';
import type { ResourceStore } from '../registry/resource-store.ts';
import type { WriteContext } from '../registry/write-context.ts';
import type { ResourceCatalog, ServedResource } from '../resources/catalog.ts';
import type { ParsedRequest } from './parse-request.ts';

/** What all requests to one server share. */
export interface ApiEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly catalog: ResourceCatalog;
  readonly admission: readonly AdmissionPlugin[];
}

/** A request with what is known of it. */
export interface ApiCall {
  readonly request: ApiRequest;
  readonly attributes: ParsedRequest;
  readonly served: ServedResource;
  /** The store, where the resource has one. */
  readonly store: ResourceStore;
  readonly user: UserInfo;
  readonly environment: ApiEnvironment;
  /** Texts for Warning headers; handlers and strategies add to them. */
  readonly warnings: string[];
}

/** The manager of fields that this request writes: named by the query, else by the user agent. */
export const fieldManagerOf = ({ request, attributes }: ApiCall): string =>
  attributes.query.get('fieldManager') || (request.headers['user-agent'] ?? '').split('/')[0] || 'unknown';

/** `dryRun` of the query or of the options in the body. Throws 422 for values other than `All`. */
export function isDryRun(values: readonly string[], kind: string): boolean {
  if (values.length === 0) return false;
  const wrong = values.filter((value) => value !== 'All');
  if (wrong.length === 0) return true;
  const body = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw invalid({ group: 'meta.k8s.io', kind }, '', [{ field: 'dryRun', reason: 'FieldValueNotSupported', body }]);
}

/** The options of a create or an update that its query names. */
export function optionsOf({ attributes: { query } }: ApiCall): Readonly<Record<string, unknown>> {
  const [fieldManager, fieldValidation] = [query.get('fieldManager'), query.get('fieldValidation')];
  return { ...(fieldManager ? { fieldManager } : {}), ...(fieldValidation ? { fieldValidation } : {}) };
}

/** The context in which the registry serves the call. */
export function writeContext(
  call: ApiCall,
  dryRun: boolean,
  options: Readonly<Record<string, unknown>> = {},
): WriteContext {
  const { attributes, environment, user, warnings, served, store } = call;
  return {
    resource: store.resource,
    served,
    servedGroup: served.resource.group,
    namespace: attributes.namespace,
    name: attributes.name,
    subresource: attributes.subresource,
    user,
    dryRun,
    options,
    clock: environment.clock,
    random: environment.random,
    admission: environment.admission,
    warn: (text) => void warnings.push(text),
  };
}
