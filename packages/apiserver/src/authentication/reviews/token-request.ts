/** TokenRequest (`serviceaccounts/token`): a token for a service account. */
import {
  badRequest,
  type Clock,
  conflict,
  type FieldError,
  formatTime,
  invalid,
  invalidValue,
  type KubeObject,
  notFound,
  parseGroupVersion,
} from '@towtank/apimachinery';
import type { ObjectReader } from '../../storage/object-reader.ts';
import type { TokenSubject } from '../service-account-claims.ts';
import type { ServiceAccountTokens } from '../service-account-tokens.ts';

/** What the request needs. */
export interface TokenRequestDeps {
  readonly tokens: ServiceAccountTokens;
  readonly reader: ObjectReader;
  readonly clock: Clock;
  /** Namespace and name of the service account, from the path. */
  readonly namespace: string;
  readonly name: string;
}

interface BoundObjectReference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface TokenRequestSpec {
  readonly audiences?: readonly string[] | null;
  readonly expirationSeconds?: number | null;
  readonly boundObjectRef?: BoundObjectReference | null;
}

const DEFAULT_LIFETIME_SECONDS = 3600;
const MIN_LIFETIME_SECONDS = 600;
const MAX_LIFETIME_SECONDS = 2 ** 32;

/** Issues a token. Throws 404 for what does not exist, 400, 409 for another uid, 422 for a bad lifetime. */
export async function requestToken(request: KubeObject, deps: TokenRequestDeps): Promise<KubeObject> {
  const { tokens, clock, namespace, name } = deps;
  const serviceAccount = read(deps, 'serviceaccounts', name);
  checkIdentity(request, serviceAccount, deps);
  const { audiences, expirationSeconds, boundObjectRef } = (request.spec ?? {}) as TokenRequestSpec;
  const lifetime = expirationSeconds ?? DEFAULT_LIFETIME_SECONDS;
  const errors = lifetimeErrors(lifetime);
  if (errors.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);
  const bound = boundObjectRef == null ? {} : await findBound(boundObjectRef, deps);
  const meantFor = audiences != null && audiences.length > 0 ? audiences : tokens.audiences;
  const { token, expiresAt } = await tokens.issue({ serviceAccount, ...bound }, meantFor, lifetime);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      ...(serviceAccount.metadata.uid === undefined ? {} : { uid: serviceAccount.metadata.uid }),
      creationTimestamp: formatTime(clock.now()),
    },
    spec: { audiences: meantFor, expirationSeconds: lifetime, boundObjectRef: boundObjectRef ?? null },
    status: { token, expirationTimestamp: formatTime(expiresAt) },
  };
}

function checkIdentity({ metadata }: KubeObject, account: KubeObject, { namespace, name }: TokenRequestDeps): void {
  if (metadata.name && metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (metadata.namespace && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (metadata.uid && metadata.uid !== account.metadata.uid)
    throw conflict(
      { group: '', resource: 'serviceaccounts/token' },
      name,
      `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${account.metadata.uid})`,
    );
}

function lifetimeErrors(seconds: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  if (seconds < MIN_LIFETIME_SECONDS)
    return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MAX_LIFETIME_SECONDS)
    return [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

async function findBound(ref: BoundObjectReference, deps: TokenRequestDeps): Promise<Partial<TokenSubject>> {
  const { kind = '', apiVersion = '', name = '', uid } = ref;
  const { group, version } = parseGroupVersion(apiVersion);
  const prefix = group === '' ? BINDABLE[kind] : undefined;
  if (prefix === undefined) throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  const object = read(deps, prefix, name);
  if (prefix === 'pods' && object.spec?.serviceAccountName !== deps.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(deps.name)} to pod running with different serviceaccount name.`,
    );
  if (uid && uid !== object.metadata.uid)
    throw conflict(
      { group, resource: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return boundSubject(prefix, object, deps);
}

const BINDABLE: Readonly<Record<string, 'pods' | 'secrets' | 'nodes'>> = {
  Pod: 'pods',
  Secret: 'secrets',
  Node: 'nodes',
};

function boundSubject(prefix: string, object: KubeObject, deps: TokenRequestDeps): Partial<TokenSubject> {
  if (prefix === 'secrets') return { secret: object };
  if (prefix === 'nodes') return { node: { name: object.metadata.name ?? '', uid: object.metadata.uid } };
  const nodeName: string | undefined = object.spec?.nodeName;
  if (!nodeName) return { pod: object };
  const node = deps.reader.get('nodes', nodeName);
  return { pod: object, node: { name: nodeName, uid: node?.metadata.uid } };
}

function read({ reader, namespace }: TokenRequestDeps, resource: string, name: string): KubeObject {
  const object = reader.get(resource, name, resource === 'nodes' ? undefined : namespace);
  if (object === undefined) throw notFound({ group: '', resource }, name);
  return object;
}
