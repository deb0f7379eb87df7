/** Why a name led nowhere. */

/** One question that was asked. */
export interface Attempt {
  readonly name: string;
  readonly type: string;
  /** The response code; `NODATA` where the name exists without the type, `TIMEOUT` where no answer came. */
  readonly rcode: string;
}

/** The codes of `node:dns`. */
export type ResolveErrorCode = 'ENOTFOUND' | 'ENODATA' | 'ESERVFAIL' | 'EREFUSED' | 'ETIMEOUT';

const CODES: readonly (readonly [rcode: string, code: ResolveErrorCode])[] = [
  ['NODATA', 'ENODATA'],
  ['NOERROR', 'ENODATA'],
  ['TIMEOUT', 'ETIMEOUT'],
  ['NXDOMAIN', 'ENOTFOUND'],
  ['REFUSED', 'EREFUSED'],
];

/** A name could not be resolved. It looks like an error of `node:dns`, and lists every question that was asked. */
export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly code: ResolveErrorCode;
  readonly errno: undefined = undefined;
  readonly syscall: string;
  readonly hostname: string;
  readonly tried: readonly Attempt[];

  constructor({
    name,
    type,
    tried,
  }: { readonly name: string; readonly type: string; readonly tried: readonly Attempt[] }) {
    const code = codeOf(tried);
    const asked = tried.map(({ name: question, rcode }) => `${question} ${rcode}`).join(', ');
    super(`query${typeSuffix(type)} ${code} ${name}${asked === '' ? '' : ` (${asked})`}`);
    this.code = code;
    this.syscall = `query${typeSuffix(type)}`;
    this.hostname = name;
    this.tried = tried;
  }
}

/** The kindest word of all attempts: an existing name before a missing one, a missing one before a failing server. */
function codeOf(tried: readonly Attempt[]): ResolveErrorCode {
  if (tried.length === 0) return 'ENOTFOUND';
  const found = CODES.find(([rcode]) => tried.some((attempt) => attempt.rcode === rcode));
  return found?.[1] ?? 'ESERVFAIL';
}

const typeSuffix = (type: string): string =>
  type === 'A' || type === 'AAAA' ? type : type.charAt(0) + type.slice(1).toLowerCase();
