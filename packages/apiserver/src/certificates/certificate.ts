/**
 * X.509 certificates, written with node:crypto and a few lines of DER. A certificate library would cost a tenth of the
 * time that a whole cluster may take to start, and the one for this job patches the global `Reflect`.
 */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  contextConstructed,
  contextPrimitive,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';

/** A distinguished name: the user and its groups, in Kubernetes' reading. */
export interface CertificateName {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** What a certificate says. */
export interface CertificateContent {
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  /** The key that the certificate certifies; EC P-256. A private key stands for its public half. */
  readonly key: KeyObject;
  /** The issuer's private key; EC P-256. */
  readonly signer: KeyObject;
  /** `ca` may sign others, `server` and `client` are the two ends of TLS. */
  readonly usage: 'ca' | 'server' | 'client';
  /** DNS names and IP addresses (subjectAltName). */
  readonly hosts?: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectIdentifier('2.5.4.3');
const ORGANIZATION = objectIdentifier('2.5.4.10');
const EXTENDED_USAGE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
/** keyUsage bits from the most significant one: digitalSignature, and for a CA keyCertSign and cRLSign too. */
const KEY_USAGE = {
  ca: bitString(Uint8Array.of(0x86), 1),
  server: bitString(Uint8Array.of(0x80), 7),
  client: bitString(Uint8Array.of(0x80), 7),
};

/** A signed certificate as PEM. */
export function createCertificate(content: CertificateContent): string {
  const { subject, issuer, signer, notBefore, notAfter } = content;
  const body = sequence(
    contextConstructed(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(time(notBefore), time(notAfter)),
    nameOf(subject),
    publicKeyInfo(content.key),
    contextConstructed(3, sequence(...extensionsOf(content))),
  );
  return toPem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, signer))));
}

const serialNumber = (): Uint8Array => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
};

const nameOf = ({ commonName, organizations = [] }: CertificateName): Buffer =>
  sequence(
    ...organizations.map((organization) => setOf(sequence(ORGANIZATION, utf8String(organization)))),
    setOf(sequence(COMMON_NAME, utf8String(commonName))),
  );

const publicKeyInfo = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });

/** SHA-1 of the key, as RFC 5280 suggests: an identifier, not a protection. */
const keyIdentifier = (key: KeyObject): Buffer => createHash('sha1').update(publicKeyInfo(key)).digest();

const extension = (oid: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));

function extensionsOf({ usage, key, signer, hosts = [] }: CertificateContent): Buffer[] {
  return [
    extension('2.5.29.15', true, KEY_USAGE[usage]),
    extension('2.5.29.19', true, sequence(...(usage === 'ca' ? [boolean(true)] : []))),
    ...(usage === 'ca' ? [] : [extension('2.5.29.37', false, sequence(objectIdentifier(EXTENDED_USAGE[usage])))]),
    extension('2.5.29.14', false, octetString(keyIdentifier(key))),
    extension('2.5.29.35', false, sequence(contextPrimitive(0, keyIdentifier(signer)))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', false, sequence(...hosts.map(generalName)))] : []),
  ];
}

const generalName = (host: string): Buffer =>
  isIP(host) === 0 ? contextPrimitive(2, Buffer.from(host, 'latin1')) : contextPrimitive(7, addressBytes(host));

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 0xff]));
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
