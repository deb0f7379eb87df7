/** Takes credentials out of JSON: by kind of object, by name of field, by form of text. */
import { type Fields, mapped, mappedFields } from './map-values.ts';
import { looksPacked, mapPacked } from './packed-json.ts';
import { redactRelease } from './redact-release.ts';
import { redactYaml } from './redact-yaml.ts';
import { REDACTED, REDACTED_BASE64 } from './redaction-options.ts';
import { SECRET_FIELD_ENDINGS, SECRET_FIELDS, SECRET_VARIABLES } from './text-patterns.ts';
import type { Found, TextRedactor } from './text-redactor.ts';

/** What a walk works with. */
export interface JsonRules {
  readonly text: TextRedactor;
  readonly fields: readonly { readonly name: string; readonly fields: RegExp }[];
  readonly found: Found | undefined;
}

/** The type of the Secrets of helm. */
const HELM_RELEASE = 'helm.sh/release.v1';

/** Where kubectl keeps what was applied: JSON within JSON. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The value without credentials; parts that need no change are shared with the given one. `ofSecret` says that the
 * value is part of a Secret, a patch of one or a list of them, even where it does not say so.
 */
export function redactJson(value: unknown, rules: JsonRules, ofSecret: boolean): unknown {
  if (typeof value === 'string') return redactString(value, rules);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return redactArray(value, rules, ofSecret);
  return redactObject(value as Fields, rules, ofSecret);
}

/** Text may hold documents of its own: JSON in annotations, YAML in manifests, both packed in releases of helm. */
function redactString(value: string, rules: JsonRules): string {
  if (/^\s*\{/.test(value) && value.includes('"')) {
    try {
      const inner: unknown = JSON.parse(value);
      const redacted = redactJson(inner, rules, false);
      return redacted === inner ? value : JSON.stringify(redacted) + (value.endsWith('\n') ? '\n' : '');
    } catch {
      // only looked like JSON
    }
  }
  const redact = (inner: unknown): unknown => redactJson(inner, rules, false);
  const document = looksPacked(value) ? mapPacked(value, redact) : redactManifest(value, redact);
  return document ?? rules.text.redact(value);
}

/** Manifests with a Secret in them; other YAML, and what is yet to become YAML, is text. */
const redactManifest = (text: string, redact: (value: unknown) => unknown): string | undefined =>
  /^ *["']?kind["']?: *["']?Secret/m.test(text) && !text.includes('{{') ? redactYaml(text, redact) : undefined;

function redactArray(values: readonly unknown[], rules: JsonRules, ofSecret: boolean): unknown {
  return mapped(values, (value) => {
    const operation = value as { op?: unknown; path?: unknown; value?: unknown } | null;
    const isPatch = ofSecret && typeof operation?.op === 'string' && typeof operation.path === 'string';
    if (!isPatch || !/^\/(data|stringData)(\/|$)/.test(String(operation.path)))
      return redactJson(value, rules, ofSecret);
    const redacted = redactLeaves(operation.value, String(operation.path).startsWith('/data'), rules);
    return redacted === operation.value ? value : { ...operation, value: redacted };
  });
}

function redactObject(object: Fields, rules: JsonRules, ofSecret: boolean): unknown {
  const kind = typeof object.kind === 'string' ? object.kind : undefined;
  const isSecret = kind === undefined ? ofSecret : /^Secret(List)?$/.test(kind);
  // A Table, a Status or a list of another kind that is read below `secrets` is no Secret, yet may hold some.
  const below = isSecret || (ofSecret && kind === 'Table');
  const isVariable = typeof object.name === 'string' && typeof object.value === 'string';
  return mappedFields(object, (value, name) => {
    if (isSecret && name === 'data' && object.type === HELM_RELEASE) return redactReleases(value, rules);
    if (isSecret && (name === 'data' || name === 'stringData')) return redactLeaves(value, name === 'data', rules);
    if (name === 'status' && kind === 'TokenRequest') return redactToken(value, rules);
    if (name === 'status' && kind === 'CertificateSigningRequest') return redactCertificate(value, rules);
    if (name === 'metadata' && isSecret) return redactMetadata(value, rules);
    if (isVariable && name === 'value' && SECRET_VARIABLES.test(String(object.name)))
      return replaced(value, REDACTED, 'environment variable', rules);
    if (typeof value === 'string' && (SECRET_FIELDS.test(name) || SECRET_FIELD_ENDINGS.test(name)))
      return replaced(value, placeholderFor(name), `field ${name}`, rules);
    const rule = typeof value === 'string' ? rules.fields.find(({ fields }) => fields.test(name)) : undefined;
    if (rule !== undefined) return replaced(value, REDACTED, rule.name, rules);
    return redactJson(value, rules, below && ['items', 'object', 'rows'].includes(name));
  });
}

const placeholderFor = (name: string): string => (/-data$|Data$/.test(name) ? REDACTED_BASE64 : REDACTED);

/** What was applied to a Secret holds its data once more. */
const redactMetadata = (metadata: unknown, rules: JsonRules): unknown =>
  mappedFields((metadata ?? {}) as Fields, (value, name) =>
    name === 'annotations' ? redactAnnotations(value, rules) : redactJson(value, rules, false),
  );

function redactAnnotations(value: unknown, rules: JsonRules): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return mappedFields(value as Fields, (text, name) => {
    if (name !== LAST_APPLIED || typeof text !== 'string') return redactJson(text, rules, false);
    try {
      const applied: unknown = JSON.parse(text);
      const redacted = redactJson(applied, rules, true);
      return redacted === applied ? text : `${JSON.stringify(redacted)}\n`;
    } catch {
      return replaced(text, REDACTED, 'annotation of a Secret', rules);
    }
  });
}

/** The data of a Secret of helm: releases are redacted within, so that helm can still read them in a replay. */
const redactReleases = (data: unknown, rules: JsonRules): unknown =>
  mappedFields((data ?? {}) as Fields, (value) => {
    const redact = (inner: unknown, found: Found): unknown => redactJson(inner, { ...rules, found }, false);
    const release = typeof value === 'string' ? redactRelease(value, redact, rules.found) : undefined;
    return release ?? redactLeaves(value, true, rules);
  });

/** Every text in the data of a Secret. */
function redactLeaves(value: unknown, base64: boolean, rules: JsonRules): unknown {
  if (typeof value === 'string') return replaced(value, base64 ? REDACTED_BASE64 : REDACTED, 'data of a Secret', rules);
  if (typeof value !== 'object' || value === null) return value;
  return mappedFields(value as Fields, (leaf) => redactLeaves(leaf, base64, rules));
}

const redactToken = (status: unknown, rules: JsonRules): unknown =>
  mappedFields((status ?? {}) as Fields, (value, name) =>
    name === 'token' ? replaced(value, REDACTED, 'service account token', rules) : value,
  );

const redactCertificate = (status: unknown, rules: JsonRules): unknown =>
  mappedFields((status ?? {}) as Fields, (value, name) =>
    name === 'certificate' ? replaced(value, REDACTED_BASE64, 'client certificate', rules) : value,
  );

/** Empty text is no secret, and null takes a field away. */
function replaced(value: unknown, placeholder: string, name: string, { found }: JsonRules): unknown {
  if (typeof value !== 'string' || value === '' || value === placeholder) return value;
  found?.(name, value);
  return placeholder;
}
