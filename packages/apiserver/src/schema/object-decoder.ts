/** Reads JSON values as the built-in types, the way the real API server's decoder reads them. */
import { parseQuantityText } from './canonical-scalars.ts';
import { canonicalMicroTime, canonicalTime } from './canonical-time.ts';
import { copyJson, isJsonObject, type JsonObject, setOwn } from './own-property.ts';
import type { FieldPlan, ListPlan, MapPlan, ScalarPlan, StructPlan, TypePlan } from './type-plan.ts';
import { absentValue, alwaysWrittenFields, zeroOfPlan } from './zero-value.ts';

/** What reading a value has brought to light. */
export interface DecodedValue {
  readonly value: unknown;
  /** Paths of fields that the type does not know, in the order of the document. */
  readonly unknownFields: readonly string[];
  /** The decoder's message when a value has the wrong type; the first one counts. */
  readonly error: string | undefined;
}

/** Whose words describe a wrong type: the JSON decoder's, or those of the converter that reads merged objects. */
export type DecoderWording = 'json' | 'converter';

/** Reads a value as a built-in type: a copy without unknown fields, canonical, as the type would be written back. */
export function decodeValue(value: unknown, plan: TypePlan, wording: DecoderWording = 'json'): DecodedValue {
  const decoder = new ObjectDecoder(wording);
  const decoded = decoder.run(value, plan);
  return { value: decoded, unknownFields: decoder.unknownFields, error: decoder.error };
}

/** A custom unmarshaller has refused its input, which ends the decoding at once. */
class DecodeFailure extends Error {
  override readonly name = 'DecodeFailure';
}

/** One pass over one value. */
class ObjectDecoder {
  readonly unknownFields: string[] = [];
  error: string | undefined;
  readonly #wording: DecoderWording;
  /** Names of the fields that lead to the current value, without list indices and map keys. */
  readonly #fields: string[] = [];
  readonly #path: (string | number)[] = [];
  #structName = '';

  constructor(wording: DecoderWording) {
    this.#wording = wording;
  }

  run(value: unknown, plan: TypePlan): unknown {
    try {
      return this.#value(plan, value);
    } catch (reason) {
      if (!(reason instanceof DecodeFailure)) throw reason;
      this.error = reason.message;
      return undefined;
    }
  }

  #value(plan: TypePlan, value: unknown): unknown {
    switch (plan.kind) {
      case 'scalar':
        return this.#scalar(plan, value);
      case 'struct':
        return plan.structural ? this.#pruned(plan, value) : this.#struct(plan, value);
      case 'list':
        return this.#list(plan, value);
      case 'map':
        return this.#map(plan, value);
      default:
        return copyJson(value);
    }
  }

  #struct(plan: StructPlan, value: unknown): JsonObject | undefined {
    if (!isJsonObject(value)) return this.#wrongType(value, plan.goType);
    const decoded: JsonObject = {};
    const outer = this.#structName;
    this.#structName = plan.structName;
    let before: StructPlan | FieldPlan = plan;
    for (const name in value) {
      const field: FieldPlan | undefined = before.next?.name === name ? before.next : plan.fields.get(name);
      if (field === undefined) this.#unknown(name);
      else {
        before.next = field;
        before = field;
        this.#field(decoded, field, value[name]);
      }
    }
    this.#structName = outer;
    for (const field of alwaysWrittenFields(plan))
      if (decoded[field.name] === undefined) decoded[field.name] = absentValue(field);
    return decoded;
  }

  #field(target: JsonObject, field: FieldPlan, given: unknown): void {
    if (given === null || given === undefined) return;
    this.#path.push(field.name);
    this.#fields.push(field.name);
    const decoded = this.#value(field.plan, given);
    this.#fields.pop();
    this.#path.pop();
    const keepsEmptyList = this.#path.length === 0 && field.emptiness === 'null';
    if (decoded !== undefined && (keepsEmptyList || !isDropped(field, decoded))) target[field.name] = decoded;
  }

  #list({ items, goType }: ListPlan, value: unknown): unknown[] | undefined {
    if (!Array.isArray(value)) return this.#wrongType(value, goType);
    const decoded: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      this.#path.push(index);
      decoded.push(this.#element(items, value[index]));
      this.#path.pop();
    }
    return decoded;
  }

  #map({ items, goType }: MapPlan, value: unknown): JsonObject | undefined {
    if (!isJsonObject(value)) return this.#wrongType(value, goType);
    const decoded: JsonObject = {};
    const rounded = goType === 'v1.ResourceList';
    for (const name in value) {
      this.#path.push(name);
      const item = this.#element(items, value[name]);
      setOwn(decoded, name, rounded && typeof item === 'string' ? parseQuantityText(item, { milli: true }).text : item);
      this.#path.pop();
    }
    return decoded;
  }

  /** Null items of lists and maps are zero values. */
  #element(plan: TypePlan, value: unknown): unknown {
    if (value !== null && value !== undefined) return this.#value(plan, value);
    if (plan.kind === 'struct' && !plan.structural) return this.#struct(plan, {});
    if (plan.kind !== 'scalar') return null;
    return zeroOfPlan(plan);
  }

  #scalar(plan: ScalarPlan, value: unknown): unknown {
    switch (plan.scalar) {
      case 'string':
        return typeof value === 'string' ? value : this.#wrongType(value, plan.goType);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#wrongType(value, plan.goType);
      case 'number':
        return typeof value === 'number' ? value : this.#wrongType(value, plan.goType);
      case 'integer':
        return this.#integer(value, plan.bits, plan.goType);
      case 'intOrString':
        return typeof value === 'string' ? value : this.#integer(value, 32, plan.goType);
      case 'quantity':
        return this.#quantity(value);
      case 'bytes':
        return this.#bytes(plan, value);
      default:
        return this.#time(plan, value);
    }
  }

  #integer(value: unknown, bits: 32 | 64, goType: string): number | undefined {
    if (typeof value !== 'number') return this.#wrongType(value, goType);
    const limit = bits === 32 ? 2 ** 31 : 2 ** 63;
    if (Number.isInteger(value) && value >= -limit && value < limit) return value;
    return this.#saveTypeError(`number ${value}`, goType);
  }

  #quantity(value: unknown): string {
    const { text, error } = parseQuantityText(
      typeof value === 'number' ? value : typeof value === 'string' ? value : '{',
    );
    if (error !== undefined) throw new DecodeFailure(error);
    return text;
  }

  #bytes({ goType }: ScalarPlan, value: unknown): string | undefined {
    if (typeof value !== 'string') return this.#wrongType(value, goType === 'string' ? '[]uint8' : goType);
    const text = value.replace(/[\r\n]/g, '');
    const bad = badBase64Offset(text);
    if (bad < 0) return text;
    this.error ??= `illegal base64 data at input byte ${bad}`;
    return undefined;
  }

  #time({ scalar }: ScalarPlan, value: unknown): string | undefined {
    if (typeof value !== 'string') {
      this.#wrongType(value, 'string');
      throw new DecodeFailure(this.error);
    }
    const { text, error } = scalar === 'time' ? canonicalTime(value) : canonicalMicroTime(value);
    if (error !== undefined) throw new DecodeFailure(error);
    return text === '' ? undefined : text;
  }

  /** A custom resource keeps every value whose field it knows, whatever its type: validation judges that. */
  #pruned(plan: TypePlan, value: unknown): unknown {
    if (plan.kind === 'struct' && !plan.structural) return this.#value(plan, value);
    if (plan.kind === 'list' && Array.isArray(value))
      return value.map((item, index) => this.#below(index, () => this.#pruned(plan.items, item)));
    if (!isJsonObject(value) || (plan.kind !== 'struct' && plan.kind !== 'map')) return copyJson(value);
    const kept: JsonObject = {};
    for (const name of Object.keys(value)) {
      const below = plan.kind === 'map' ? plan.items : (plan.fields.get(name)?.plan ?? plan.others);
      if (below === undefined) this.#unknown(name);
      else if (value[name] !== undefined)
        setOwn(
          kept,
          name,
          this.#below(name, () => this.#pruned(below, value[name])),
        );
    }
    return kept;
  }

  #below<T>(step: string | number, walk: () => T): T {
    this.#path.push(step);
    if (typeof step === 'string') this.#fields.push(step);
    const result = walk();
    if (typeof step === 'string') this.#fields.pop();
    this.#path.pop();
    return result;
  }

  #unknown(name: string): void {
    this.unknownFields.push(formatStrictPath([...this.#path, name]));
  }

  #wrongType(value: unknown, goType: string): undefined {
    return this.#saveTypeError(jsonKindOf(value), goType);
  }

  #saveTypeError(found: string, goType: string): undefined {
    if (this.#wording === 'converter') {
      this.error ??= converterError(found, goType);
      return undefined;
    }
    const into =
      this.#structName === ''
        ? `Go value of type ${goType}`
        : `Go struct field ${this.#structName}.${this.#fields.join('.')} of type ${goType}`;
    this.error ??= `json: cannot unmarshal ${found} into ${into}`;
    return undefined;
  }
}

const GO_KINDS: Readonly<Record<string, string>> = { array: 'slice', object: 'map', number: 'int64' };
const GO_SCALARS = new Set(['string', 'bool', 'int32', 'int64', 'float64']);

/** What the converter says where the JSON decoder says "cannot unmarshal". */
function converterError(found: string, goType: string): string {
  const kind = found.startsWith('number ') ? 'float64' : (GO_KINDS[found] ?? found);
  if (goType.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (goType.startsWith('map[') || goType === 'v1.ResourceList') return `cannot restore map from ${kind}`;
  const isNumber = kind === 'int64' || kind === 'float64';
  if (kind === 'int64' && (goType === 'string' || goType.includes('.'))) return `cannot convert int64 to ${goType}`;
  if (isNumber && /^(?:int|float)/.test(goType)) return `cannot convert ${kind} to ${goType}`;
  return GO_SCALARS.has(goType) ? `unrecognized type: ${goType}` : `cannot restore struct from: ${kind}`;
}

/** What the decoder calls a JSON value. */
export function jsonKindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A path as strict decoding names it: `spec.containers[0].image`. */
export function formatStrictPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}

function isDropped({ emptiness }: FieldPlan, value: unknown): boolean {
  if (emptiness === 'keep' || emptiness === 'zero') return false;
  if (typeof value === 'object' && value !== null) {
    for (const _ in value) return false;
    return true;
  }
  return emptiness === 'omit' && (value === '' || value === 0 || value === false);
}

/** Where base64 text goes wrong, as Go's decoder counts; -1 when it is good. */
function badBase64Offset(text: string): number {
  const bad = /[^A-Za-z0-9+/]/.exec(text);
  const end = bad?.index ?? text.length;
  const padding = text.slice(end);
  const tail = end % 4;
  if (padding === '') return tail === 0 ? -1 : end - tail;
  const wanted = tail === 2 ? '==' : tail === 3 ? '=' : undefined;
  if (padding === wanted) return -1;
  if (wanted === undefined || padding[0] !== '=') return end;
  return padding.length < wanted.length ? text.length : end + wanted.length;
}
