/** Takes credentials out of a release of helm: packed JSON with a chart, values and manifests in it. */
import { type Fields, mapped, mappedFields } from './map-values.ts';
import { looksPacked, mapPacked } from './packed-json.ts';
import { REDACTED } from './redaction-options.ts';
import type { Found } from './text-redactor.ts';

type Redact = (value: unknown) => unknown;

/** Lists of files in a chart; their contents are base64. */
const FILES = new Set(['templates', 'files', 'raw']);
/** Values that are shorter would hit by accident. */
const SHORTEST_VALUE = 6;

/** The data of a Secret that holds a release, redacted and still a release; undefined where it holds none. */
export function redactRelease(
  data: string,
  redact: (value: unknown, found: Found) => unknown,
  report: Found | undefined,
): string | undefined {
  const packed = Buffer.from(data, 'base64').toString('latin1');
  if (!looksPacked(packed)) return undefined;
  const redacted = mapPacked(packed, (release) => {
    const secrets = new Set<string>();
    const found: Found = (name, secret = '') => {
      for (const form of [secret, Buffer.from(secret, 'base64').toString('utf8')])
        if (form.length >= SHORTEST_VALUE) secrets.add(form);
      report?.(name, secret);
    };
    return withoutValues(
      redactParts(release, (value) => redact(value, found)),
      [...secrets],
    );
  });
  if (redacted === undefined || redacted === packed) return redacted && data;
  return Buffer.from(redacted, 'latin1').toString('base64');
}

const redactParts = (release: unknown, redact: Redact): unknown =>
  mappedFields(release as Fields, (value, name) => (name === 'chart' ? redactChart(value, redact) : redact(value)));

const redactChart = (chart: unknown, redact: Redact): unknown =>
  mappedFields((chart ?? {}) as Fields, (value, name) =>
    FILES.has(name) && Array.isArray(value) ? mapped(value, (file) => redactFile(file, redact)) : redact(value),
  );

function redactFile(file: unknown, redact: Redact): unknown {
  return mappedFields((file ?? {}) as Fields, (value, name) => {
    if (name !== 'data' || typeof value !== 'string') return value;
    const text = Buffer.from(value, 'base64').toString('utf8');
    const redacted = redact(text);
    return redacted === text ? value : Buffer.from(String(redacted)).toString('base64');
  });
}

/** What a Secret of the release holds stands elsewhere in it, too: in the values that it was made of, in notes. */
function withoutValues(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => (text.includes(secret) ? text.replaceAll(secret, REDACTED) : text), value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return mapped(value, (element) => withoutValues(element, secrets));
  return mappedFields(value as Fields, (field) => withoutValues(field, secrets));
}
