/** Tokens of service accounts: signed by the cluster, bound to objects that must still exist. */
import type { Clock, KubeObject, Random, UserInfo } from '@towtank/apimachinery';
import type { ObjectReader } from '../storage/object-reader.ts';
import { type Claims, processSigningKey, type SigningKey, unverifiedClaims } from './json-web-token.ts';
import {
  type BoundClaims,
  boundClaims,
  isSecretClaims,
  type KubernetesClaims,
  type SecretClaims,
  secretClaims,
  type TokenSubject,
} from './service-account-claims.ts';
import type { TokenIdentity } from './token-authenticator.ts';
import { AUTHENTICATED_GROUP, serviceAccountGroups } from './user-groups.ts';

/** What tokens are made and checked with. */
export interface ServiceAccountTokensOptions {
  readonly reader: ObjectReader;
  readonly clock: Clock;
  readonly random: Random;
  /** `iss` of the tokens; `https://kubernetes.default.svc` unless told otherwise. */
  readonly issuer?: string;
  /** What a token must be meant for to be a credential of this API server; the issuer unless told otherwise. */
  readonly audiences?: readonly string[];
  readonly signingKey?: () => Promise<SigningKey>;
}

/** An issued token. */
export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** How long past its end a token is still taken: clocks differ. */
const LEEWAY_SECONDS = 60;
/** How many verified signatures are remembered. */
const CACHE_LIMIT = 1024;
/** The lifetime that the kubelet asks for; such tokens really live a year, for clients that never read them again. */
const RENEWED_LIFETIME_SECONDS = 3607;
const EXTENDED_LIFETIME_SECONDS = 365 * 24 * 3600;

/** Issues and checks the tokens of the service accounts of one cluster. */
export class ServiceAccountTokens {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly signingKey: () => Promise<SigningKey>;
  readonly #reader: ObjectReader;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #verified = new Map<string, Claims>();

  constructor(options: ServiceAccountTokensOptions) {
    this.issuer = options.issuer ?? 'https://kubernetes.default.svc';
    this.audiences = options.audiences ?? [this.issuer];
    this.signingKey = options.signingKey ?? processSigningKey;
    this.#reader = options.reader;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Signs a token for the subject, valid from now on for so many seconds. */
  async issue(subject: TokenSubject, audiences: readonly string[], expirationSeconds: number): Promise<IssuedToken> {
    const now = this.#clock.now();
    const isRenewed =
      subject.pod !== undefined &&
      expirationSeconds === RENEWED_LIFETIME_SECONDS &&
      audiences.every((audience) => this.audiences.includes(audience));
    const claims = boundClaims(subject, {
      issuer: this.issuer,
      audiences,
      id: this.#random.uuid(),
      now: Math.floor(now / 1000),
      lifetime: isRenewed ? EXTENDED_LIFETIME_SECONDS : expirationSeconds,
      ...(isRenewed ? { warnAfter: RENEWED_LIFETIME_SECONDS } : {}),
    });
    return { token: (await this.signingKey()).sign({ ...claims }), expiresAt: now + expirationSeconds * 1000 };
  }

  /** Signs a token without an end, to be kept in a Secret of type `kubernetes.io/service-account-token`. */
  async issueForSecret(serviceAccount: KubeObject, secret: KubeObject): Promise<string> {
    return (await this.signingKey()).sign({ ...secretClaims(serviceAccount, secret) });
  }

  /** The user of a token that one of the audiences may take; undefined when it is not valid, or no longer. */
  async authenticate(token: string, audiences: readonly string[] = this.audiences): Promise<TokenIdentity | undefined> {
    const claims = await this.#verify(token);
    if (claims === undefined) return undefined;
    if (isSecretClaims(claims)) return this.#authenticateSecret(token, claims, audiences);
    const bound = claims as unknown as BoundClaims;
    const shared = audiences.filter((audience) => bound.aud.includes(audience));
    const now = this.#clock.now() / 1000;
    if (shared.length === 0 || now > bound.exp + LEEWAY_SECONDS || now < bound.nbf - LEEWAY_SECONDS) return undefined;
    const alive = this.#subjectLives(bound['kubernetes.io']);
    return alive ? { user: userOf(bound['kubernetes.io'], bound.jti), audiences: shared } : undefined;
  }

  async #verify(token: string): Promise<Claims | undefined> {
    const known = this.#verified.get(token);
    if (known !== undefined) return known;
    const issuer = unverifiedClaims(token)?.iss;
    if (issuer !== this.issuer && issuer !== 'kubernetes/serviceaccount') return undefined;
    const claims = (await this.signingKey()).verify(token);
    if (claims === undefined) return undefined;
    if (this.#verified.size >= CACHE_LIMIT) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  #subjectLives({ namespace, serviceaccount, pod, secret, node }: KubernetesClaims): boolean {
    return (
      this.#lives('serviceaccounts', serviceaccount, namespace) &&
      (pod === undefined || this.#lives('pods', pod, namespace)) &&
      (secret === undefined || this.#lives('secrets', secret, namespace)) &&
      (node === undefined || pod !== undefined || this.#lives('nodes', node))
    );
  }

  #lives(prefix: string, { name, uid }: { name: string; uid?: string }, namespace?: string): boolean {
    const metadata = this.#reader.get(prefix, name, namespace)?.metadata;
    if (metadata === undefined || metadata.uid !== uid) return false;
    const end = metadata.deletionTimestamp;
    return end === undefined || this.#clock.now() <= Date.parse(end) + LEEWAY_SECONDS * 1000;
  }

  async #authenticateSecret(
    token: string,
    claims: SecretClaims,
    audiences: readonly string[],
  ): Promise<TokenIdentity | undefined> {
    const namespace = claims['kubernetes.io/serviceaccount/namespace'];
    const name = claims['kubernetes.io/serviceaccount/service-account.name'];
    const uid = claims['kubernetes.io/serviceaccount/service-account.uid'];
    const shared = audiences.filter((audience) => this.audiences.includes(audience));
    const secret = this.#reader.get('secrets', claims['kubernetes.io/serviceaccount/secret.name'], namespace);
    const kept = Buffer.from(String(secret?.data?.token ?? ''), 'base64').toString('utf8');
    if (shared.length === 0 || secret?.metadata.deletionTimestamp !== undefined || kept !== token) return undefined;
    if (!this.#lives('serviceaccounts', { name, uid }, namespace)) return undefined;
    return { user: userOf({ namespace, serviceaccount: { name, uid } }), audiences: shared };
  }
}

function userOf({ namespace, serviceaccount, pod, node }: KubernetesClaims, id?: string): UserInfo {
  const prefix = 'authentication.kubernetes.io';
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), AUTHENTICATED_GROUP],
    extra: {
      ...(id === undefined ? {} : { [`${prefix}/credential-id`]: [`JTI=${id}`] }),
      ...(node === undefined ? {} : { [`${prefix}/node-name`]: [node.name] }),
      ...(node?.uid === undefined ? {} : { [`${prefix}/node-uid`]: [node.uid] }),
      ...(pod === undefined ? {} : { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] }),
    },
  };
}
