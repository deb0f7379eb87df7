/** Authentication and authorization of one server, put together. */
import type { Activity, ApiRequest, ApiResponse, Clock, Random, Transport, UserInfo } from '@towtank/apimachinery';
import type { Authenticator } from '../authentication/authenticator.ts';
import { createAuthenticator } from '../authentication/create-authenticator.ts';
import { impersonate } from '../authentication/impersonation.ts';
import { JSON_WEB_KEY_SET_TYPE, jsonWebKeySet, openidConfiguration } from '../authentication/openid-documents.ts';
import { ServiceAccountTokens } from '../authentication/service-account-tokens.ts';
import { createTokenAuthenticator } from '../authentication/token-authenticator.ts';
import { createEscalationGuard } from '../authorization/escalation.ts';
import { forbiddenError } from '../authorization/forbidden-error.ts';
import { alwaysAllow, createRbacAuthorizer } from '../authorization/rbac-authorizer.ts';
import { RbacCache } from '../authorization/rbac-cache.ts';
import { reviewHandlers } from '../authorization/reviews/review-handlers.ts';
import { AGGREGATOR_USER, startRoleAggregator } from '../authorization/role-aggregator.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';
import { objectReader } from '../storage/object-reader.ts';
import type { Storage } from '../storage/storage.ts';
import { rbacStrategies } from '../strategies/rbac-strategies.ts';
import type { StrategyTable } from '../strategies/strategy-table.ts';
import type { HandlerTable } from './resource-router.ts';

/** Who may come in, and what they may do. */
export interface SecurityOptions {
  /** `RBAC` unless told otherwise. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow' | undefined;
  /** Fixed bearer tokens and their users. */
  readonly tokens?: Readonly<Record<string, UserInfo>> | undefined;
  /** Whether requests without a credential are `system:anonymous`; true unless told otherwise. */
  readonly allowAnonymous?: boolean | undefined;
  /** `iss` of service account tokens. */
  readonly issuer?: string | undefined;
}

/** What the server around it gives. */
export interface SecurityParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

/** The guards of one server. */
export interface Security {
  readonly authenticate: Authenticator;
  readonly tokens: ServiceAccountTokens;
  /** Handlers of the reviews and of `serviceaccounts/token`. */
  readonly handlers: HandlerTable;
  /** Strategies of roles and bindings. */
  readonly strategies: StrategyTable;
  /** The user that the request acts as. Throws 403 when it may not act so, or may not do what it asks for. */
  admit(user: UserInfo, request: ApiRequest, attributes: RequestAttributes): UserInfo;
  /** The OpenID documents; undefined for every other path. `serverUrl` is how clients reach the server. */
  serveDocument(path: string, serverUrl: string): Promise<ApiResponse | undefined>;
  /** Follows the roles in storage; until then only `system:masters` may do anything. */
  start(transportFor: (user: UserInfo) => Transport, activity?: Activity): Promise<void>;
  /** Stops following. */
  close(): void;
}

/** The administrator: what the admin token stands for. */
export const ADMIN_USER: UserInfo = { name: 'admin', uid: 'admin', groups: ['system:masters'] };

/** Puts the guards together. */
export function createSecurity(options: SecurityOptions, { storage, clock, random }: SecurityParts): Security {
  const cache = new RbacCache();
  const reader = objectReader(storage);
  const authorization = options.authorization === 'AlwaysAllow' ? alwaysAllow : createRbacAuthorizer(cache);
  const { authorize } = authorization;
  const issuer = options.issuer === undefined ? {} : { issuer: options.issuer };
  const tokens = new ServiceAccountTokens({ reader, clock, random: random.fork('tokens'), ...issuer });
  const sources = { tokens: options.tokens, serviceAccounts: tokens };
  let stopAggregator: (() => void) | undefined;
  const mayCreate = (user: UserInfo, attributes: RequestAttributes): UserInfo => {
    const asCreate = { ...attributes, verb: 'create' };
    const { allowed, reason } = authorize(user, asCreate);
    if (!allowed) throw forbiddenError(user, asCreate, reason);
    return user;
  };
  return {
    tokens,
    authenticate: createAuthenticator({ ...sources, allowAnonymous: options.allowAnonymous ?? true }),
    handlers: reviewHandlers({ authorization, authenticateToken: createTokenAuthenticator(sources), tokens, reader }),
    strategies: rbacStrategies(createEscalationGuard(authorization, cache)),
    admit(user, request, attributes) {
      const acting = impersonate(user, request, authorize);
      const { allowed, reason } = authorize(acting, attributes);
      if (!allowed) throw forbiddenError(acting, attributes, reason);
      if (attributes.verb === 'get' && isPodConnection(attributes)) return mayCreate(acting, attributes);
      return acting;
    },
    serveDocument: (path, serverUrl) => serveDocument(tokens, path, serverUrl),
    async start(transportFor, activity) {
      const transport = transportFor({ name: AGGREGATOR_USER, groups: ['system:serviceaccounts'] });
      stopAggregator = startRoleAggregator({ cache, transport, clock, activity });
      await cache.follow(storage);
    },
    close() {
      stopAggregator?.();
      cache.close();
    },
  };
}

/** Connections into pods, which a WebSocket asks for with GET although they do more than read. */
const isPodConnection = ({ resource, subresource, group }: RequestAttributes): boolean =>
  subresource !== '' && resource === 'pods' && group === '' && POD_CONNECTIONS.has(subresource);

const POD_CONNECTIONS = new Set(['attach', 'exec', 'portforward']);

async function serveDocument(
  tokens: ServiceAccountTokens,
  path: string,
  serverUrl: string,
): Promise<ApiResponse | undefined> {
  if (path === '/.well-known/openid-configuration')
    return document('application/json', openidConfiguration(tokens, serverUrl));
  if (path === '/openid/v1/jwks') return document(JSON_WEB_KEY_SET_TYPE, await jsonWebKeySet(tokens));
  return undefined;
}

const document = (type: string, value: object): ApiResponse => ({
  type: 'bytes',
  status: 200,
  headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' },
  body: Buffer.from(JSON.stringify(value)),
});
