/** Takes credentials out of YAML. */
import { type Document, parseAllDocuments } from 'yaml';

/**
 * The text with the values of its documents redacted, comments and order kept; undefined where it is not YAML or
 * nothing has changed.
 */
export function redactYaml(text: string, redact: (value: unknown) => unknown): string | undefined {
  const documents = parseAllDocuments(text, { version: '1.1', logLevel: 'error' });
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  let changed = false;
  const texts = documents.map((document) => {
    const value: unknown = document.toJS();
    const redacted = redact(value);
    changed ||= redacted !== value;
    put(document, [], value, redacted);
    return document.toString({ lineWidth: 0 });
  });
  return changed ? texts.reduce((whole, next) => `${whole}${next.startsWith('---') ? '' : '---\n'}${next}`) : undefined;
}

/** Sets what differs, and nothing else, so that the rest stays as it is written. */
function put(document: Document, path: readonly (string | number)[], before: unknown, after: unknown): void {
  if (before === after) return;
  const isOpen = typeof before === 'object' && before !== null && typeof after === 'object' && after !== null;
  if (!isOpen) return document.setIn(path, after);
  for (const [name, value] of Object.entries(after)) {
    const step = Array.isArray(after) ? Number(name) : name;
    put(document, [...path, step], (before as Readonly<Record<string, unknown>>)[name], value);
  }
}
