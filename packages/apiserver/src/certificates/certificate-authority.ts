/** The certificate authority of this process, and what it signs: serving and client certificates. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { realClock } from '@towtank/apimachinery';
import { createCertificate } from './certificate.ts';

/** A certificate and its private key (PKCS #8), both as PEM. */
export interface KeyedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Signs certificates that {@link CertificateAuthority.caPem} vouches for. */
export interface CertificateAuthority {
  /** The authority's own certificate: what clients trust, and what client certificates are verified against. */
  readonly caPem: string;
  /** A certificate for the API server: {@link SERVING_HOSTS} and these. Equal hosts give the same certificate. */
  issueServingCertificate(options?: { readonly hosts?: readonly string[] }): KeyedCertificate;
  /** A certificate that authenticates as this user: its common name is the name, its organizations the groups. */
  issueClientCertificate(user: { readonly user: string; readonly groups?: readonly string[] }): KeyedCertificate;
}

/** Names and addresses by which an API server is reached from inside and outside of its cluster. */
export const SERVING_HOSTS: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '10.96.0.1',
];

const CA_NAME = { commonName: 'kubernetes-ca' };
const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS;

let shared: CertificateAuthority | undefined;

/**
 * The authority of this process. It is made once and shared by all clusters, so that starting another one costs no key;
 * none of them outlives the process.
 */
export function processCertificateAuthority(): CertificateAuthority {
  shared ??= createCertificateAuthority();
  return shared;
}

/**
 * A new authority with a key of its own. Validity is counted on the machine's clock, whatever clock the cluster runs
 * on: the TLS libraries of clients look at nothing else.
 */
export function createCertificateAuthority(): CertificateAuthority {
  const caKey = newKey();
  const validity = { notBefore: realClock.now() - HOUR_MS, notAfter: realClock.now() + TEN_YEARS_MS };
  const caPem = createCertificate({
    ...validity,
    subject: CA_NAME,
    issuer: CA_NAME,
    key: caKey,
    signer: caKey,
    usage: 'ca',
  });
  const serving = new Map<string, KeyedCertificate>();
  const issueServing = (hosts: readonly string[]): KeyedCertificate => {
    const key = newKey();
    const content = { ...validity, subject: { commonName: 'kube-apiserver' }, issuer: CA_NAME, signer: caKey };
    return { certPem: createCertificate({ ...content, key, usage: 'server', hosts }), keyPem: pemOf(key) };
  };
  return {
    caPem,
    issueServingCertificate({ hosts = [] } = {}) {
      const all = [...new Set([...SERVING_HOSTS, ...hosts])];
      const id = all.join();
      const certificate = serving.get(id) ?? issueServing(all);
      serving.set(id, certificate);
      return certificate;
    },
    issueClientCertificate({ user, groups = [] }) {
      const key = newKey();
      const subject = { commonName: user, organizations: groups };
      const certPem = createCertificate({ ...validity, subject, issuer: CA_NAME, key, signer: caKey, usage: 'client' });
      return { certPem, keyPem: pemOf(key) };
    },
  };
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;
