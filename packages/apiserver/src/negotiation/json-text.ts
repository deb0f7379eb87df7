/** JSON as the API writes it: on one line, or indented for people. */

/** The text of a value, with a final line break. */
export const jsonText = (value: unknown, pretty: boolean): string =>
  `${JSON.stringify(value, undefined, pretty ? 2 : undefined)}\n`;

/** Clients that people type into: they get indented output unless they ask otherwise. */
const PEOPLE = ['curl', 'Wget', 'Mozilla/5.0'];

/** Whether a request wants indented output: by its `pretty` parameter, else by who asks. */
export function wantsPretty(query: URLSearchParams, userAgent: string | undefined): boolean {
  const asked = query.size === 0 ? null : query.get('pretty');
  if (asked) return /^(?:1|t|T|TRUE|true|True)$/.test(asked);
  return userAgent !== undefined && PEOPLE.some((name) => userAgent.startsWith(name));
}
