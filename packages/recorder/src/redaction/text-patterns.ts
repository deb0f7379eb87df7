/** Credentials that can be told by their form. */

/** A form of credential in text. Where the pattern has a group named `secret`, that group alone is the credential. */
export interface TextPattern {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Every known form. All patterns are global. */
export const TEXT_PATTERNS: readonly TextPattern[] = [
  { name: 'JSON Web Token', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  { name: 'bearer token', pattern: /\bbearer\s+(?<secret>(?!REDACTED)[\w.~+/-]{8,}=*)/gi },
  {
    name: 'basic credentials',
    pattern: /\bbasic\s+(?<secret>(?!REDACTED)(?=[\w+/]*[A-Z0-9+/=])[A-Za-z0-9+/]{12,}={0,2})/g,
  },
  {
    name: 'bearer token of a WebSocket',
    pattern: /base64url\.bearer\.authorization\.k8s\.io\.(?<secret>(?!REDACTED)[\w-]+)/g,
  },
  {
    name: 'private key',
    pattern: /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----[^-]*(-----END \1PRIVATE KEY-----)?/g,
  },
  { name: 'AWS access key', pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: 'GitHub token', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/g },
  { name: 'GitLab token', pattern: /\bglpat-[\w-]{20,}/g },
  { name: 'Slack token', pattern: /\bxox[abeprs]-[\w-]{10,}/g },
  { name: 'Stripe key', pattern: /\b[rs]k_(live|test)_[A-Za-z0-9]{16,}/g },
  { name: 'Google API key', pattern: /\bAIza[\w-]{35}/g },
  { name: 'OpenShift token', pattern: /\bsha256~[\w-]{40,}/g },
  {
    name: 'password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@?#"]*:(?<secret>(?!REDACTED@)[^\s:/@?#"]+)@/gi,
  },
  {
    name: 'certificate of a client',
    pattern:
      /\bclient-(?:key|certificate)-data["']?\s*[:=]\s*["']?(?<secret>(?!UkVEQUNURUQ|REDACTED)[A-Za-z0-9+/=]{8,})/g,
  },
  {
    name: 'assigned credential',
    pattern:
      /\b(?:\w*(?:password|passwd|passphrase)|(?:\w+[_-])?(?:token|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key))["']?\s*[:=]\s*["']?(?<secret>(?!REDACTED)(?=[^\s"',;&]*\d)[^\s"',;&\\{}[\]()<>$]{8,})/gi,
  },
];

/**
 * The same forms at the end of text that goes on, where they may not be whole yet. A URL with a port is told from one
 * with a password by its digits.
 */
export const OPENINGS: readonly RegExp[] = [
  /\beyJ[\w-]*(\.[\w-]*){0,2}$/,
  /\bbearer\s+(?<secret>[\w.~+/-]+=*)$/i,
  /\bbasic\s+(?<secret>[A-Za-z0-9+/]+={0,2})$/i,
  /base64url\.bearer\.authorization\.k8s\.io\.(?<secret>[\w-]+)$/,
  /\b(AKIA|ASIA)[A-Z0-9]{0,16}$/,
  /\b(gh[pousr]_[A-Za-z0-9]*|github_pat_\w*)$/,
  /\b(glpat-|xox[abeprs]-)[\w-]*$/,
  /\b[rs]k_(live|test)_[A-Za-z0-9]*$/,
  /\bAIza[\w-]{0,35}$/,
  /\bsha256~[\w-]*$/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@?#"]*:(?<secret>(?!\d{1,5}$)[^\s:/@?#"]+)$/i,
  /\bclient-(?:key|certificate)-data["']?\s*[:=]\s*["']?(?<secret>[A-Za-z0-9+/=]+)$/,
  /\b(?:\w*(?:password|passwd|passphrase)|(?:\w+[_-])?(?:token|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key))["']?\s*[:=]\s*["']?(?<secret>[^\s"',;&\\{}[\]()<>$]+)$/i,
];

/** Base64 of PEM text begins so. */
export const BASE64_PEM: RegExp = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}/g;

/** Where none of this occurs, no rule for text or fields can apply: a quick look before a thorough one. */
export const QUICK_LOOK: RegExp =
  /eyJ|bearer|basic\s|PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat|glpat|xox|k_live_|k_test_|AIza|sha256~|:\/\/[^/\s"]*@|client-(key|cert)|passw|passphrase|token|secret|credential|api[_-]?key|access[_-]?key|private[_-]?key|\.dockercfg|H4sI|LS0tLS1CRUdJTi|CertificateSigningRequest/i;

/** Fields of JSON that hold a credential as text, by their name. */
export const SECRET_FIELDS: RegExp =
  /^(.*[_.-])?(password|passwd|passphrase|token|bearerToken|accessToken|refreshToken|idToken|id_token|clientSecret|client_secret|client-secret|secretKey|secret_key|secretAccessKey|secret_access_key|apiKey|api_key|api-key|apiToken|accessKey|access_key|privateKey|private_key|private-key|client-key-data|clientKeyData|client-certificate-data|clientCertificateData)$/i;

/** The same at the end of a name in camel case. */
export const SECRET_FIELD_ENDINGS: RegExp =
  /[a-z0-9](Password|Passwd|Passphrase|Token|ApiKey|AccessKey|SecretKey|PrivateKey|ClientSecret)$/;

/** Names of environment variables that hold a credential. */
export const SECRET_VARIABLES: RegExp =
  /(PASS(WORD|WD|PHRASE)?|TOKEN|SECRET|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY)$/i;

/** Parameters of a query that hold a credential. */
export const SECRET_PARAMETERS: RegExp =
  /^(access_token|id_token|refresh_token|token|password|client_secret|api_?key|key|sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential)$/i;
