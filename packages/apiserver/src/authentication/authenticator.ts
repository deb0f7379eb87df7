/** Who makes a request. */
import type { ApiRequest, UserInfo } from '@towtank/apimachinery';

/**
 * Finds the identity behind a request. Resolves undefined when the credential is not valid (the request is answered
 * 401); a request without any credential is `system:anonymous`. Impersonation headers are honoured by the caller.
 */
export type Authenticator = (request: ApiRequest) => UserInfo | undefined | Promise<UserInfo | undefined>;
