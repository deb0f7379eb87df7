/** OpenID discovery: how others verify the tokens of this cluster's service accounts. */
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** The document at `/.well-known/openid-configuration`. `serverUrl` is how clients reach the API server. */
export const openidConfiguration = (tokens: ServiceAccountTokens, serverUrl: string): object => ({
  issuer: tokens.issuer,
  jwks_uri: `${serverUrl.replace(/\/$/, '')}/openid/v1/jwks`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

/** Media type of the key set. */
export const JSON_WEB_KEY_SET_TYPE = 'application/jwk-set+json';

/** The document at `/openid/v1/jwks`, answered as {@link JSON_WEB_KEY_SET_TYPE}. */
export const jsonWebKeySet = async (tokens: ServiceAccountTokens): Promise<object> => ({
  keys: [(await tokens.signingKey()).publicJwk],
});
