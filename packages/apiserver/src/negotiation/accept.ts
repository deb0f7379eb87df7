/** The Accept header: which media types a client takes, the best first. */

/** One clause of an Accept header. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** Parameters but `q`, names in lower case. */
  readonly params: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** Parses an Accept header; clauses that make no sense are left out. Best quality first, then the more specific. */
export function parseAccept(header: string): MediaRange[] {
  return header
    .split(',')
    .flatMap((clause) => parseClause(clause) ?? [])
    .sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

const wildcards = ({ type, subtype }: MediaRange): number => (type === '*' ? 2 : 0) + (subtype === '*' ? 1 : 0);

function parseClause(clause: string): MediaRange | undefined {
  const [range = '', ...rest] = clause.split(';').map((part) => part.trim());
  const [type = '', subtype = type === '*' ? '*' : ''] = range.split('/').map((part) => part.trim());
  if (type === '' || subtype === '') return undefined;
  const params = new Map(rest.filter((part) => part !== '').map(parseParameter));
  const quality = Number(params.get('q') ?? 1);
  params.delete('q');
  return { type, subtype, params: Object.fromEntries(params), quality: Number.isNaN(quality) ? 1 : quality };
}

function parseParameter(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [text.toLowerCase(), ''];
  const value = text.slice(equals + 1).trim();
  return [text.slice(0, equals).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1')];
}

/** Whether a clause covers a media type such as `application/json`. */
export function accepts({ type, subtype }: MediaRange, mediaType: string): boolean {
  const [offeredType, offeredSubtype] = mediaType.split('/');
  return (type === '*' || type === offeredType) && (subtype === '*' || subtype === offeredSubtype);
}

/** What a client wants the answer turned into: the parameters `as`, `g` and `v` of the clause that was taken. */
export interface Transform {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** The form of answer that suits both sides. */
export interface MediaChoice {
  readonly mediaType: string;
  readonly transform: Transform | undefined;
  /** The clause asks for indented output. */
  readonly pretty: boolean;
}

/** What an endpoint offers. */
export interface MediaOffer {
  /** The first is the default. */
  readonly mediaTypes: readonly string[];
  /** Whether the endpoint can answer in this form. Without it no transform is possible. */
  readonly allows?: (transform: Transform) => boolean;
}

/**
 * Picks the media type: the first offered one that the best clause covers. A clause with a transform that the endpoint
 * does not know is passed over, so that `…;as=Table,application/json` falls back to JSON. Undefined means 406.
 */
export function chooseMediaType(
  header: string | undefined,
  { mediaTypes, allows }: MediaOffer,
): MediaChoice | undefined {
  const [first = 'application/json'] = mediaTypes;
  if (header === undefined || header === '') return { mediaType: first, transform: undefined, pretty: false };
  for (const range of parseAccept(header)) {
    const mediaType = mediaTypes.find((offered) => accepts(range, offered));
    if (mediaType === undefined || range.quality === 0) continue;
    const transform = transformOf(range);
    if (transform !== undefined && allows?.(transform) !== true) continue;
    return { mediaType, transform, pretty: range.params.pretty === '1' };
  }
  return undefined;
}

function transformOf({ params }: MediaRange): Transform | undefined {
  const { as: kind, g: group, v: version } = params;
  if (kind === undefined && group === undefined && version === undefined) return undefined;
  return { kind: kind ?? '', group: group ?? '', version: version ?? '' };
}
