/** What the tokens of service accounts claim. */
import type { KubeObject } from '@towtank/apimachinery';

/** An object that a token is bound to: once it is gone, so is the token. */
export interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

/** The private claim of bound tokens. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectClaim;
  readonly pod?: ObjectClaim;
  readonly secret?: ObjectClaim;
  /** Without a uid when the node is not known. */
  readonly node?: { readonly name: string; readonly uid?: string };
  /** Seconds since the Unix epoch from which on a client should have read its token anew. */
  readonly warnafter?: number;
}

/** Claims of a bound token; times in seconds since the Unix epoch. */
export interface BoundClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': KubernetesClaims;
  readonly nbf: number;
  readonly sub: string;
}

/** Claims of a token that is kept in a Secret. */
export interface SecretClaims {
  readonly iss: 'kubernetes/serviceaccount';
  readonly 'kubernetes.io/serviceaccount/namespace': string;
  readonly 'kubernetes.io/serviceaccount/secret.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string;
  readonly sub: string;
}

/** Whom a token is for. */
export interface TokenSubject {
  readonly serviceAccount: KubeObject;
  readonly pod?: KubeObject | undefined;
  readonly secret?: KubeObject | undefined;
  readonly node?: { readonly name: string; readonly uid?: string | undefined } | undefined;
}

/** When and by whom a token is issued; seconds. */
export interface TokenTerms {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly id: string;
  readonly now: number;
  readonly lifetime: number;
  readonly warnAfter?: number;
}

/** The claims of a bound token, in the order in which the real server writes them. */
export function boundClaims({ serviceAccount, pod, secret, node }: TokenSubject, terms: TokenTerms): BoundClaims {
  const { issuer, audiences, id, now, lifetime, warnAfter } = terms;
  const namespace = serviceAccount.metadata.namespace ?? '';
  return {
    aud: audiences,
    exp: now + lifetime,
    iat: now,
    iss: issuer,
    jti: id,
    'kubernetes.io': {
      namespace,
      ...(node === undefined
        ? {}
        : { node: { name: node.name, ...(node.uid === undefined ? {} : { uid: node.uid }) } }),
      ...(pod === undefined ? {} : { pod: claimOf(pod) }),
      ...(secret === undefined ? {} : { secret: claimOf(secret) }),
      serviceaccount: claimOf(serviceAccount),
      ...(warnAfter === undefined ? {} : { warnafter: now + warnAfter }),
    },
    nbf: now,
    sub: subjectOf(serviceAccount),
  };
}

/** The claims of a token that is kept in a Secret: it never ends. */
export const secretClaims = (serviceAccount: KubeObject, secret: KubeObject): SecretClaims => ({
  iss: 'kubernetes/serviceaccount',
  'kubernetes.io/serviceaccount/namespace': serviceAccount.metadata.namespace ?? '',
  'kubernetes.io/serviceaccount/secret.name': secret.metadata.name ?? '',
  'kubernetes.io/serviceaccount/service-account.name': serviceAccount.metadata.name ?? '',
  'kubernetes.io/serviceaccount/service-account.uid': serviceAccount.metadata.uid ?? '',
  sub: subjectOf(serviceAccount),
});

/** Whether verified claims are those of a token in a Secret. */
export const isSecretClaims = (claims: object): claims is SecretClaims =>
  (claims as SecretClaims).iss === 'kubernetes/serviceaccount';

const claimOf = ({ metadata }: KubeObject): ObjectClaim => ({ name: metadata.name ?? '', uid: metadata.uid ?? '' });

const subjectOf = ({ metadata }: KubeObject): string => `system:serviceaccount:${metadata.namespace}:${metadata.name}`;
