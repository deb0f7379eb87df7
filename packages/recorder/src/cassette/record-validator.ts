/** Checks a parsed line against the schema of its type. */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { RECORD_SCHEMAS } from './cassette-schema.ts';

/** Answers what is wrong with a value as a record, or undefined where it is one. */
export type RecordValidator = (value: unknown) => string | undefined;

let compiled: Promise<RecordValidator> | undefined;

/** The validator; it is compiled when first asked for, since that is slow. */
export function recordValidator(): Promise<RecordValidator> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<RecordValidator> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ allErrors: false, strict: false });
  const validators = new Map<string, ValidateFunction>(
    Object.entries(RECORD_SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)]),
  );
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a line must be a JSON object';
    const { type } = value as { type?: unknown };
    const validate = validators.get(String(type));
    if (typeof type !== 'string') return 'the record has no type';
    if (validate === undefined) return `a record of type "${type}" is not known`;
    return validate(value) ? undefined : `${type} record: ${describe(validate.errors ?? [])}`;
  };
}

function describe(errors: readonly ErrorObject[]): string {
  const error = errors.find(({ keyword }) => keyword === 'oneOf') ?? errors[0];
  if (error === undefined) return 'is not valid';
  const { instancePath, keyword, message = '', params } = error;
  const where = instancePath === '' ? '' : `${instancePath.slice(1).replaceAll('/', '.')} `;
  if (keyword === 'oneOf') return `${where}must have one of json, text, base64, hash and omitted`;
  if (keyword === 'additionalProperties') return `${where}has the unknown field "${params.additionalProperty}"`;
  if (keyword === 'const' || keyword === 'enum')
    return `${where}${message}: ${[params.allowedValues ?? params.allowedValue].flat().join(', ')}`;
  return `${where}${message}`;
}
