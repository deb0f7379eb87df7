/** Takes credentials out of YAML. */
import { parseAllDocuments, stringify } from 'yaml';

/** The text with the values of its documents redacted, or undefined where it is not YAML or nothing has changed. */
export function redactYaml(text: string, redact: (value: unknown) => unknown): string | undefined {
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  let changed = false;
  const texts = documents.map((document) => {
    const value: unknown = document.toJS();
    const redacted = redact(value);
    if (redacted === value) return document.toString();
    changed = true;
    return stringify(redacted);
  });
  return changed ? texts.join('---\n') : undefined;
}
