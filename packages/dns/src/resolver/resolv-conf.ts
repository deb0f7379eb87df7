/** The resolver configuration of a container: `/etc/resolv.conf`. */

/** One option, such as `ndots` with the value `5`. */
export interface ResolverOption {
  readonly name: string;
  readonly value?: string;
}

/** Whom to ask, and which names to try. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly ResolverOption[];
}

/** The text of the file, as a kubelet writes it: one line each for search and options, where there are any. */
export function formatResolvConf({ nameservers, search, options }: ResolvConf): string {
  const optionTexts = options.map(({ name, value }) => (value ? `${name}:${value}` : name));
  const lines = [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(optionTexts.length > 0 ? [`options ${optionTexts.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Reads the text of such a file. Of several `search` lines the last one counts, options add up; `domain` and everything
 * else is ignored, as a kubelet does.
 */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let search: readonly string[] = [];
  let options: readonly ResolverOption[] = [];
  for (const line of text.split('\n')) {
    const comment = line.search(/[#;]/);
    const [keyword, ...values] = (comment < 0 ? line : line.slice(0, comment)).trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined) nameservers.push(values[0]);
    // A dot at the end means nothing in a search list; the root alone is kept, for it switches the list off.
    else if (keyword === 'search') search = values.map((value) => (value === '.' ? value : value.replace(/\.$/, '')));
    else if (keyword === 'options') options = mergeOptions(options, values.map(parseOption));
  }
  return { nameservers, search, options };
}

/** The number that an option carries, or the default where it is absent or no number. */
export function numericOption({ options }: ResolvConf, name: string, fallback: number): number {
  const value = Number(options.find((option) => option.name === name)?.value);
  return Number.isInteger(value) && value >= 0 ? value : fallback;
}

/** Options of the first list, overridden by name and joined by those of the second. */
export function mergeOptions(first: readonly ResolverOption[], second: readonly ResolverOption[]): ResolverOption[] {
  return [...new Map([...first, ...second].map((option) => [option.name, option])).values()];
}

function parseOption(text: string): ResolverOption {
  const colon = text.indexOf(':');
  return colon < 0 ? { name: text } : { name: text.slice(0, colon), value: text.slice(colon + 1) };
}
