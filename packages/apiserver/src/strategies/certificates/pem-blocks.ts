/** The blocks of PEM texts, as far as rules look at them. */
import { X509Certificate } from 'node:crypto';

interface PemBlock {
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly bytes: Buffer;
}

const BLOCK = /-----BEGIN ([^\r\n]*?)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g;

function* blocksOf(encoded: string): Generator<PemBlock> {
  for (const [, type = '', body = ''] of Buffer.from(encoded, 'base64').toString('latin1').matchAll(BLOCK))
    yield { type, hasHeaders: body.includes(':'), bytes: Buffer.from(body, 'base64') };
}

/** What the first block of a text, which is encoded in base64, says that it is; undefined where there is none. */
export const firstBlockType = (encoded: string): string | undefined => blocksOf(encoded).next().value?.type;

/** What is wrong with a chain of certificates, which is encoded in base64; an empty one is fine. */
export function certificateProblem(encoded: string): string | undefined {
  if (encoded === '') return undefined;
  let isEmpty = true;
  for (const block of blocksOf(encoded)) {
    if (block.type !== 'CERTIFICATE')
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`;
    if (block.hasHeaders) return 'no PEM block headers are permitted';
    if (!isCertificate(block.bytes)) return 'x509: malformed certificate';
    isEmpty = false;
  }
  return isEmpty ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes) !== undefined;
  } catch {
    return false;
  }
}
