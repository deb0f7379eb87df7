/** The resource of an object, guessed from its kind: a dump does not name it. */

const IRREGULAR: Readonly<Record<string, string>> = { Endpoints: 'endpoints' };

/** Group, version and plural: `apps/v1/deployments`. */
export const resourceOf = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string =>
  `${apiVersion}/${IRREGULAR[kind] ?? plural(kind.toLowerCase())}`;

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
