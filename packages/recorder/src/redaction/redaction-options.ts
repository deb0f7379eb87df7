/** What is taken out of a recording, and what may be changed about that. */

/** What stands in place of a credential. */
export const REDACTED = 'REDACTED';
/** The same in base64, where base64 is expected. */
export const REDACTED_BASE64: string = Buffer.from(REDACTED).toString('base64');

/** Header fields whose value is a credential. */
export const SECRET_HEADERS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-access-token',
  'x-amz-security-token',
  'x-csrf-token',
  'x-forwarded-access-token',
  'x-goog-iam-authorization-token',
  'x-remote-user-token',
  'x-vault-token',
];

/** A rule of one's own. */
export interface RedactionRule {
  /** Names the rule in reports. */
  readonly name: string;
  /** What to replace in any text. Where it has a group named `secret`, that group alone is replaced. */
  readonly pattern?: RegExp;
  /** Fields of JSON whose text is replaced, by their name. */
  readonly fields?: RegExp;
  /** More header fields, by lower-case name. */
  readonly headers?: readonly string[];
}

/** Options of the redaction. The built-in rules always hold. */
export interface RedactionOptions {
  readonly rules?: readonly RedactionRule[];
  /** Texts to replace wherever they stand: the credentials of the upstream are among them anyway. */
  readonly literals?: readonly string[];
}
