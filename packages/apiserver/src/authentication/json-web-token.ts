/** JSON Web Tokens as the cluster signs them: RS256 with one key. */
import {
  createHash,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';

/** Claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** The key that signs the tokens of a cluster. */
export interface SigningKey {
  /** Derived from the public key, as Kubernetes derives it. */
  readonly keyId: string;
  /** The public half, as it stands in a JSON Web Key Set. */
  readonly publicJwk: JsonWebKey;
  /** Signs claims; the result is the compact form of a token. */
  sign(claims: Claims): string;
  /** The claims of a token that this key signed; undefined for every other text. Times are not looked at. */
  verify(token: string): Claims | undefined;
}

let shared: Promise<SigningKey> | undefined;

/** The signing key of this process: made when first asked for, off the main thread, and shared by all clusters. */
export function processSigningKey(): Promise<SigningKey> {
  shared ??= createSigningKey();
  return shared;
}

/** A new RSA key of 2048 bits, as kube-apiserver is usually given one. Takes a tenth of a second. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const header = encodePart({ alg: 'RS256', kid: keyId });
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  return {
    keyId,
    publicJwk: { use: 'sig', kty, kid: keyId, alg: 'RS256', n, e } as JsonWebKey,
    sign(claims) {
      const content = `${header}.${encodePart(claims)}`;
      return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
    },
    verify: (token) => verifyToken(token, publicKey),
  };
}

/** What a token claims, before anybody has verified it; undefined when the text is no token. */
export function unverifiedClaims(token: string): Claims | undefined {
  const parts = token.split('.');
  return parts.length === 3 ? decodePart(parts[1] ?? '') : undefined;
}

function verifyToken(token: string, publicKey: KeyObject): Claims | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.');
  if (decodePart(header)?.alg !== 'RS256' || unverifiedClaims(token) === undefined) return undefined;
  const content = Buffer.from(`${header}.${claims}`);
  return verify('sha256', content, publicKey, Buffer.from(signature, 'base64url')) ? decodePart(claims) : undefined;
}

const encodePart = (part: Claims): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function decodePart(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
