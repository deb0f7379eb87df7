/** Who stands behind a TLS connection. */
import type { TLSSocket } from 'node:tls';
import type { UserInfo } from '@towtank/apimachinery';

/** What a connection proves about its client. */
export interface ClientIdentity {
  /** The user that a verified client certificate names; undefined without one. */
  readonly user: UserInfo | undefined;
  /** Whether a certificate was offered that does not verify: without another credential this is a 401. */
  readonly rejected: boolean;
}

/** A connection that proves nothing. */
export const ANONYMOUS_CLIENT: ClientIdentity = { user: undefined, rejected: false };
const REJECTED: ClientIdentity = { user: undefined, rejected: true };
const known = new WeakMap<TLSSocket, ClientIdentity>();

/**
 * The identity of a connection whose server was created with `requestCert: true`, `rejectUnauthorized: false` and the
 * authority's certificate as `ca`. Common name is the user's name, organizations are its groups. Worked out once per
 * connection.
 */
export function clientIdentity(socket: TLSSocket): ClientIdentity {
  let identity = known.get(socket);
  if (identity === undefined) {
    identity = identify(socket);
    known.set(socket, identity);
  }
  return identity;
}

function identify(socket: TLSSocket): ClientIdentity {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return ANONYMOUS_CLIENT;
  const name = certificate.subject?.CN;
  if (!socket.authorized) return REJECTED;
  // a certificate of ours that names nobody proves nothing, and is no failure either
  if (typeof name !== 'string' || name === '') return ANONYMOUS_CLIENT;
  const organizations = certificate.subject.O as string | string[] | undefined;
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    rejected: false,
    user: {
      name,
      groups: organizations === undefined ? [] : [organizations].flat(),
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
    },
  };
}
