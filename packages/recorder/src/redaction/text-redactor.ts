/** Replaces credentials in text by their form. */
import { REDACTED, REDACTED_BASE64 } from './redaction-options.ts';
import { BASE64_PEM, OPENINGS, QUICK_LOOK, TEXT_PATTERNS, type TextPattern } from './text-patterns.ts';

/** Told what kind of credential has been replaced, and where that is a value of its own, which one. */
export type Found = (name: string, secret?: string) => void;

/** Literals shorter than this would hit by accident. */
const SHORTEST_LITERAL = 6;
/** So much of the beginning of a literal, at the end of a text, is taken for that. */
const SHORTEST_OPENING = 4;

/** What stands in place of a credential, given that and what would be put there where lengths do not matter. */
type Replacement = (secret: string, placeholder: string) => string;

const stars: Replacement = (secret) => '*'.repeat(secret.length);

/** Applies patterns and literals to texts. */
export class TextRedactor {
  readonly #patterns: readonly TextPattern[];
  #literals: readonly string[] = [];
  readonly #found: Found | undefined;

  constructor(patterns: readonly TextPattern[], literals: readonly string[], found: Found | undefined) {
    this.#patterns = patterns;
    this.#found = found;
    this.addLiterals(literals);
  }

  /** More texts to replace wherever they stand from now on. */
  addLiterals(literals: readonly string[]): void {
    const long = literals.filter((literal) => literal.length >= SHORTEST_LITERAL);
    this.#literals = [...new Set([...this.#literals, ...long])];
  }

  /** The text with every credential replaced. */
  redact(text: string): string {
    return this.#replaceAll(text, (_, placeholder) => placeholder);
  }

  /** The same, with as many characters as before. */
  mask(text: string): string {
    return this.#replaceAll(text, stars);
  }

  /** {@link mask} for text that goes on: what may be the beginning of a credential at its end is masked, too. */
  maskOpen(text: string): string {
    const isSuspect = this.#patterns.length > TEXT_PATTERNS.length || QUICK_LOOK.test(text) || text.includes('://');
    const masked = isSuspect ? OPENINGS.reduce(maskEnd, this.mask(text)) : this.#replaceLiterals(text, stars);
    const open = Math.max(0, ...this.#literals.map((literal) => openLength(masked, literal)));
    return masked.slice(0, masked.length - open) + '*'.repeat(open);
  }

  #replaceLiterals(text: string, replacement: Replacement): string {
    let result = text;
    for (const literal of this.#literals) {
      if (!result.includes(literal)) continue;
      this.#found?.('credential of the upstream');
      result = result.replaceAll(literal, replacement(literal, REDACTED));
    }
    return result;
  }

  #replaceAll(text: string, replacement: Replacement): string {
    let result = this.#replaceLiterals(text, replacement);
    for (const { name, pattern } of this.#patterns)
      result = result.replace(pattern, (...args: unknown[]) => {
        const whole = String(args[0]);
        const groups = args.at(-1);
        const secret = typeof groups === 'object' ? (groups as Record<string, string | undefined>).secret : undefined;
        if (secret !== undefined && /^\*+$/.test(secret)) return whole;
        this.#found?.(name);
        if (secret === undefined) return replacement(whole, REDACTED);
        const at = whole.lastIndexOf(secret);
        return whole.slice(0, at) + replacement(secret, REDACTED) + whole.slice(at + secret.length);
      });
    return result.replace(BASE64_PEM, (base64) => {
      if (!Buffer.from(base64, 'base64').toString('latin1').includes('PRIVATE KEY')) return base64;
      this.#found?.('private key in base64');
      return replacement(base64, REDACTED_BASE64);
    });
  }
}

function maskEnd(text: string, opening: RegExp): string {
  const found = opening.exec(text);
  if (found === null) return text;
  const secret = found.groups?.secret ?? found[0];
  return text.slice(0, text.length - secret.length) + '*'.repeat(secret.length);
}

/** How much of the beginning of a literal stands at the end of a text, from a shortest length on. */
function openLength(text: string, literal: string): number {
  const opening = literal.slice(0, SHORTEST_OPENING);
  const earliest = text.length - literal.length + 1;
  for (let at = text.indexOf(opening, earliest); at !== -1; at = text.indexOf(opening, at + 1))
    if (literal.startsWith(text.slice(at))) return text.length - at;
  return 0;
}
