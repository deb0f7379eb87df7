/** Finds the image for a reference. */
import type { Image, Images } from './image.ts';

interface Entry {
  readonly pattern: RegExp;
  /** Characters that are not wildcards: the more, the closer. */
  readonly weight: number;
  readonly image: Image;
}

/** Images by pattern, changeable while nodes run. */
export class ImageTable {
  #entries: Entry[] = [];

  constructor(images: Images = {}) {
    for (const [pattern, image] of Object.entries(images)) this.set(pattern, image);
  }

  /** Adds an image; one with the same pattern is replaced. Running containers keep what they run. */
  set(pattern: string, image: Image): void {
    const expression = patternOf(pattern);
    this.#entries = this.#entries.filter((entry) => entry.pattern.source !== expression.source);
    this.#entries.push({ pattern: expression, weight: pattern.replaceAll('*', '').length, image });
    this.#entries.sort((a, b) => b.weight - a.weight);
  }

  /** The image for a reference such as `example/web:1.2`; the closest pattern wins. Undefined: simulate it. */
  find(reference: string): Image | undefined {
    const spellings = spellingsOf(reference);
    return this.#entries.find(({ pattern }) => spellings.some((text) => pattern.test(text)))?.image;
  }
}

/** A pattern without a tag stands for every tag and digest. */
function patternOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  const hasTag = /[:@][^/]*$/.test(pattern) || pattern.endsWith('*');
  return new RegExp(`^${escaped}${hasTag ? '' : '([:@][^/]*)?'}$`);
}

/** The ways to write one image: with and without the default registry, namespace and tag. */
function spellingsOf(reference: string): string[] {
  const short = reference.replace(/^docker\.io\//, '').replace(/^library\//, '');
  return [...new Set([reference, short])].flatMap((text) =>
    /[:@][^/]*$/.test(text) ? [text] : [text, `${text}:latest`],
  );
}

/** The full name of an image, as a container runtime reports it. */
export function normalizeImage(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? reference : `docker.io/${rest.length === 0 ? 'library/' : ''}${reference}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}
