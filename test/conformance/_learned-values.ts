/** Values that the recorded server chose, and what ours chose in their place. */

/** Fields whose values a server makes up: where two answers differ in them, the difference is learned. */
const CHOSEN = new Set(['uid', 'resourceVersion', 'continue', 'name', 'clusterIP', 'token']);
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Learns from pairs of answers and rewrites later requests. */
export class LearnedValues {
  readonly #ours = new Map<string, string>();

  /** Takes note of every chosen value that stands in the same place of both answers. */
  learn(recorded: unknown, ours: unknown): void {
    if (typeof recorded !== 'object' || typeof ours !== 'object' || recorded === null || ours === null) return;
    for (const [key, value] of Object.entries(recorded)) {
      const own = (ours as Record<string, unknown>)[key];
      if (CHOSEN.has(key) && typeof value === 'string' && typeof own === 'string' && value !== own)
        this.#ours.set(value, own);
      else this.learn(value, own);
    }
  }

  /** A body with our values in the place of the recorded ones. */
  rewrite(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.rewrite(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, this.rewrite(field)]));
  }

  /** A path with our values: whole segments and whole values of the query. */
  rewritePath(path: string): string {
    const [segments = '', query] = path.split('?');
    const rewritten = segments.split('/').map((segment) => this.#ours.get(decode(segment)) ?? segment);
    if (query === undefined) return rewritten.join('/');
    const pairs = query.split('&').map((pair) => {
      const [key = '', value = ''] = pair.split('=');
      const own = this.#ours.get(decode(value));
      return own === undefined ? pair : `${key}=${encodeURIComponent(own)}`;
    });
    return `${rewritten.join('/')}?${pairs.join('&')}`;
  }

  #text(text: string): string {
    return this.#ours.get(text) ?? text.replace(UUID, (uuid) => this.#ours.get(uuid) ?? uuid);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
