/** Replaces credentials in text by their form. */
import { REDACTED, REDACTED_BASE64 } from './redaction-options.ts';
import { BASE64_PEM, type TextPattern } from './text-patterns.ts';

/** Told what kind of credential has been replaced. */
export type Found = (name: string) => void;

/** Literals shorter than this would hit by accident. */
const SHORTEST_LITERAL = 6;

/** Applies patterns and literals to texts. */
export class TextRedactor {
  readonly #patterns: readonly TextPattern[];
  readonly #literals: readonly string[];
  readonly #found: Found | undefined;

  constructor(patterns: readonly TextPattern[], literals: readonly string[], found: Found | undefined) {
    this.#patterns = patterns;
    this.#literals = literals.filter((literal) => literal.length >= SHORTEST_LITERAL);
    this.#found = found;
  }

  /** The text with every credential replaced. */
  redact(text: string): string {
    return this.#replaceAll(text, (_, placeholder) => placeholder);
  }

  /** The same, with as many characters as before. */
  mask(text: string): string {
    return this.#replaceAll(text, (secret) => '*'.repeat(secret.length));
  }

  #replaceAll(text: string, replacement: (secret: string, placeholder: string) => string): string {
    let result = text;
    for (const literal of this.#literals) {
      if (!result.includes(literal)) continue;
      this.#found?.('credential of the upstream');
      result = result.replaceAll(literal, replacement(literal, REDACTED));
    }
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
