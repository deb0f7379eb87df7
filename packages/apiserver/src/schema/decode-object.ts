/** From a JSON value to an object of a type: field validation, pruning and canonical form in one pass. */
import { badRequest, type KubeObject, type StatusError } from '@towtank/apimachinery';
import { type DecoderWording, decodeValue } from './object-decoder.ts';
import { isJsonObject } from './own-property.ts';
import type { Schema } from './schema-table.ts';
import { planOf } from './type-plan.ts';

/** What happens to fields that are unknown or stand twice. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** How to decode. */
export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** Strict errors that reading the body has found, from {@link decodeBody}. */
  readonly duplicates?: readonly string[];
  /** Where each field stands in the body, for errors in the order of the document. */
  readonly positions?: ReadonlyMap<string, number> | undefined;
  /** Kind and version as the messages name them; by default those of the schema. */
  readonly kind?: string;
  readonly version?: string;
}

/** A decoded object, of which nothing is shared with the value it was made from. */
export interface DecodedObject {
  readonly object: KubeObject;
  /** Texts for Warning headers. */
  readonly warnings: readonly string[];
}

/** What decoding found wrong: a wrong type, and what only strict decoding refuses. */
export interface DecodeFindings {
  readonly object: KubeObject | undefined;
  /** The decoder's message, without the kind in front. */
  readonly error: string | undefined;
  readonly strictErrors: readonly string[];
}

/**
 * Decodes a value as a type. Throws 400 in the words of the real decoder when a value has the wrong type, or when
 * fields are unknown or stand twice and validation is strict.
 */
export function decodeObject(value: unknown, schema: Schema, options: DecodeOptions): DecodedObject {
  const { object, error, strictErrors } = findInObject(value, schema, options);
  if (object === undefined) throw cannotBeHandled(schema, options, error ?? '');
  if (strictErrors.length === 0 || options.fieldValidation === 'Ignore') return { object, warnings: [] };
  if (options.fieldValidation === 'Warn') return { object, warnings: strictErrors };
  throw cannotBeHandled(schema, options, strictDecodingError(strictErrors));
}

/** How to look at a value. */
export interface FindOptions extends Pick<DecodeOptions, 'duplicates' | 'positions'> {
  readonly wording?: DecoderWording;
}

/** Decodes a value and reports what is wrong with it instead of throwing. */
export function findInObject(
  value: unknown,
  schema: Schema,
  { duplicates = [], positions, wording = 'json' }: FindOptions = {},
): DecodeFindings {
  const decoded = decodeValue(value, planOf(schema), wording);
  if (decoded.error !== undefined || !isJsonObject(decoded.value))
    return { object: undefined, error: decoded.error, strictErrors: [] };
  const object = decoded.value as KubeObject;
  if (!isJsonObject(object.metadata)) object.metadata = {};
  const unknown = schema.structural ? [...decoded.unknownFields].sort() : decoded.unknownFields;
  return { object, error: undefined, strictErrors: strictErrorsOf(unknown, duplicates, positions) };
}

/** The message that strict decoding gives for its findings. */
export const strictDecodingError = (errors: readonly string[]): string => `strict decoding error: ${errors.join(', ')}`;

const MAX_STRICT_ERRORS = 100;

function strictErrorsOf(
  unknown: readonly string[],
  duplicates: readonly string[],
  positions: ReadonlyMap<string, number> | undefined,
): string[] {
  if (unknown.length === 0) return [...duplicates];
  const found = unknown.map((path) => ({ text: `unknown field ${JSON.stringify(path)}`, at: positions?.get(path) }));
  const twice = duplicates
    .filter((text) => !unknown.some((path) => isBelow(text, path)))
    .map((text) => ({ text, at: positions?.get(text) }));
  const all = [...found, ...twice].sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return [...new Set(all.map(({ text }) => text))].slice(0, MAX_STRICT_ERRORS);
}

/** What stands inside an unknown field is not looked at. */
function isBelow(duplicateText: string, path: string): boolean {
  const duplicate = /^duplicate field "(.*)"$/.exec(duplicateText)?.[1] ?? '';
  return duplicate.startsWith(path) && ['', '.', '['].includes(duplicate.charAt(path.length));
}

function cannotBeHandled(schema: Schema, { kind, version }: DecodeOptions, message: string): StatusError {
  const gvk = schema.gvk?.[0];
  const shownKind = kind ?? gvk?.kind ?? '';
  return badRequest(
    `${shownKind} in version ${JSON.stringify(version ?? gvk?.version ?? '')} cannot be handled as a ${shownKind}: ${message}`,
  );
}
