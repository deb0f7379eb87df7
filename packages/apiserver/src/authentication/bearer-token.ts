/** Where a request carries its token. */
import type { ApiRequest } from '@towtank/apimachinery';

const PROTOCOL_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * The token of a request: of its Authorization header, else of its WebSocket subprotocols, for browsers cannot set
 * that header on a WebSocket. Undefined when it carries none; empty when it carries a malformed one.
 */
export function bearerToken({ headers }: Pick<ApiRequest, 'headers'>): string | undefined {
  const { authorization } = headers;
  if (authorization) {
    const [scheme = '', token = ''] = authorization.trim().split(' ', 2);
    if (scheme.toLowerCase() === 'bearer' && token !== '') return token;
  }
  const protocols = headers['sec-websocket-protocol'];
  return protocols === undefined ? undefined : protocolToken(protocols.split(',').map((protocol) => protocol.trim()));
}

function protocolToken(protocols: readonly string[]): string | undefined {
  const tokens = protocols.filter((protocol) => protocol.startsWith(PROTOCOL_PREFIX));
  if (tokens.length === 0) return undefined;
  const encoded = (tokens[0] ?? '').slice(PROTOCOL_PREFIX.length);
  const wellFormed = tokens.length === 1 && protocols.length > 1 && /^[\w-]+$/.test(encoded);
  return wellFormed ? Buffer.from(encoded, 'base64url').toString('utf8') : '';
}

/** The subprotocols that a WebSocket client really offers: without the one that carries its token. */
export const offeredProtocols = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '' && !protocol.startsWith(PROTOCOL_PREFIX));
