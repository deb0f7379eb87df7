/** Schemas made ready for walking: references followed, field rules looked up, each once per process. */
import { type Emptiness, emptinessOf } from './emptiness.ts';
import { goTypeOf, shortGoName } from './go-type-names.ts';
import { type Schema, schemaNamed, schemaNameOf } from './schema-table.ts';

/** How a scalar is read and written. */
export type ScalarKind =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString';

/** What all plans say. */
interface PlanBase {
  readonly schema: Schema;
  /** The type's name in error messages, as in `[]v1.Container`. */
  readonly goType: string;
}

/** A value without parts. */
export interface ScalarPlan extends PlanBase {
  readonly kind: 'scalar';
  readonly scalar: ScalarKind;
  /** Bits of an integer. */
  readonly bits: 32 | 64;
}

/** A value that the schema does not describe. */
export interface AnyPlan extends PlanBase {
  readonly kind: 'any';
}

/** A list. */
export interface ListPlan extends PlanBase {
  readonly kind: 'list';
  readonly items: TypePlan;
  /** Fields that tell the items of a map list apart; empty for a set; undefined when the list is one value. */
  readonly keys: readonly string[] | undefined;
}

/** A map with values of one type. */
export interface MapPlan extends PlanBase {
  readonly kind: 'map';
  readonly items: TypePlan;
  readonly atomic: boolean;
}

/** An object with named fields. */
export interface StructPlan extends PlanBase {
  readonly kind: 'struct';
  /** Name in the schema table; empty for inline objects. */
  readonly name: string;
  /** The last part of the name, as Go's decoder shows it. */
  readonly structName: string;
  readonly atomic: boolean;
  /** Whether this is (part of) a custom resource, whose values keep their shape. */
  readonly structural: boolean;
  /** Plan of fields that are not named; undefined when there may be none. */
  readonly others: TypePlan | undefined;
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** The field that came first in the object that was read last. */
  next: FieldPlan | undefined;
}

/** A named field. */
export interface FieldPlan {
  readonly name: string;
  /** The field as an element of a path in field sets: `f:name`. */
  readonly element: string;
  readonly schema: Schema;
  readonly plan: TypePlan;
  /** What is written when the field is absent or empty. */
  readonly emptiness: Emptiness;
  /** The field that came after this one in the object that was read last. */
  next: FieldPlan | undefined;
}

/** How to walk a value of one type. */
export type TypePlan = ScalarPlan | AnyPlan | ListPlan | MapPlan | StructPlan;

/** What plans are made of; what a kind of plan does not have is left out. */
interface PlanParts extends PlanBase {
  readonly kind: TypePlan['kind'];
  readonly scalar?: ScalarKind;
  readonly bits?: 32 | 64;
  readonly items?: TypePlan;
  readonly keys?: readonly string[] | undefined;
  readonly name?: string;
  readonly atomic?: boolean;
  readonly structural?: boolean;
  readonly others?: TypePlan | undefined;
}

/** Plans of all kinds: a walk meets them all at the same places, and finds the parts of objects of one class fastest. */
class Plan {
  readonly kind: TypePlan['kind'];
  readonly schema: Schema;
  readonly goType: string;
  readonly scalar: ScalarKind | undefined;
  readonly bits: 32 | 64;
  readonly items: TypePlan | undefined;
  readonly keys: readonly string[] | undefined;
  readonly name: string;
  readonly structName: string;
  readonly atomic: boolean;
  readonly structural: boolean;
  readonly others: TypePlan | undefined;
  #fields: ReadonlyMap<string, FieldPlan> | undefined;
  next: FieldPlan | undefined;

  constructor(parts: PlanParts) {
    const { kind, schema, goType, scalar, bits = 64, items, keys, name = '', atomic = false } = parts;
    this.kind = kind;
    this.schema = schema;
    this.goType = goType;
    this.scalar = scalar;
    this.bits = bits;
    this.items = items;
    this.keys = keys;
    this.name = name;
    this.structName = name.slice(name.lastIndexOf('.') + 1);
    this.atomic = atomic;
    this.structural = parts.structural ?? false;
    this.others = parts.others;
    this.next = undefined;
  }

  /** Made when they are first asked for, since types may contain themselves. */
  get fields(): ReadonlyMap<string, FieldPlan> {
    this.#fields ??= fieldPlansOf(this.schema, this.name, this.structural);
    return this.#fields;
  }
}

const newPlan = (parts: PlanParts): TypePlan => new Plan(parts) as TypePlan;

/** The plan of a value of which nothing is known. */
export const ANY_PLAN: TypePlan = newPlan({ kind: 'any', schema: {}, goType: '' });

/** The plan of a map with values of one type. */
export const mapOf = (items: TypePlan): MapPlan =>
  newPlan({ kind: 'map', schema: items.schema, goType: items.goType, items }) as MapPlan;

const tablePlans = new WeakMap<Schema, TypePlan>();
const structuralPlans = new WeakMap<Schema, TypePlan>();

/** The plan of a schema. `owner` is the type whose field it describes, `field` that field's name. */
export function planOf(schema: Schema, { owner = '', field = '', structural = false }: PlanPlace = {}): TypePlan {
  const inside = structural || schema.structural === true;
  const cache = inside ? structuralPlans : tablePlans;
  let plan = cache.get(schema);
  if (plan === undefined) {
    plan = makePlan(schema, { owner, field, structural: inside });
    cache.set(schema, plan);
  }
  return plan;
}

/** Where a schema stands. */
interface PlanPlace {
  readonly owner?: string;
  readonly field?: string;
  readonly structural?: boolean;
}

const SCALARS_BY_REF: Readonly<Record<string, ScalarKind>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
};

function makePlan(schema: Schema, place: PlanPlace): TypePlan {
  if (schema.ref !== undefined) return planOfReference(schema, schema.ref);
  const name = schemaNameOf(schema);
  if (name !== undefined) return planOfReference({}, name);
  const { owner = '', field = '', structural = false } = place;
  const goType = goTypeOf(schema, owner, field);
  switch (schema.type) {
    case 'array': {
      const items = planOf(schema.items ?? {}, place);
      return newPlan({ kind: 'list', schema, goType: goType || `[]${items.goType}`, items, keys: listKeys(schema) });
    }
    case 'string':
      return scalarPlan(schema, schema.format === 'byte' ? 'bytes' : 'string', goType || 'string');
    case 'integer':
      return scalarPlan(schema, 'integer', goType || (schema.format === 'int32' ? 'int32' : 'int64'));
    case 'number':
      return scalarPlan(schema, 'number', 'float64');
    case 'boolean':
      return scalarPlan(schema, 'boolean', 'bool');
    case 'object':
      return objectPlan(schema, { name: '', structural, place, goType });
    default:
      if (schema.format === 'int-or-string') return scalarPlan(schema, 'intOrString', 'int32');
      return newPlan({ kind: 'any', schema, goType: 'interface {}' });
  }
}

function planOfReference(schema: Schema, name: string): TypePlan {
  const scalar = SCALARS_BY_REF[name];
  const target = schemaNamed(name) ?? {};
  if (scalar !== undefined) return scalarPlan(target, scalar, scalar === 'intOrString' ? 'int32' : 'string');
  const plan = planOfTable(target, name);
  if (plan.kind === 'struct' && schema.mapType === 'atomic' && !plan.atomic)
    return newPlan({ ...(plan as PlanParts), atomic: true });
  return plan;
}

function planOfTable(target: Schema, name: string): TypePlan {
  let plan = tablePlans.get(target);
  if (plan === undefined) {
    plan =
      target.type === 'object'
        ? objectPlan(target, { name, structural: false, place: {}, goType: shortGoName(name) })
        : newPlan({ kind: 'any', schema: target, goType: shortGoName(name) });
    tablePlans.set(target, plan);
  }
  return plan;
}

interface ObjectPlace {
  readonly name: string;
  readonly structural: boolean;
  readonly place: PlanPlace;
  readonly goType: string;
}

function objectPlan(schema: Schema, { name, structural, place, goType }: ObjectPlace): TypePlan {
  const atomic = schema.mapType === 'atomic';
  if (schema.properties === undefined && schema.additionalProperties !== undefined) {
    const items = planOf(schema.additionalProperties, place);
    return newPlan({ kind: 'map', schema, goType: goType || `map[string]${items.goType}`, items, atomic });
  }
  if (schema.properties === undefined && (!structural || schema.preserveUnknownFields))
    return newPlan({ kind: 'any', schema, goType: goType || 'interface {}' });
  return newPlan({ kind: 'struct', schema, goType, name, atomic, structural, others: othersOf(schema, place) });
}

function fieldPlansOf(schema: Schema, type: string, structural: boolean): Map<string, FieldPlan> {
  const fields = new Map<string, FieldPlan>();
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    fields.set(name, new LazyFieldPlan({ name, schema: property, type, structural }));
  return fields;
}

/** A field whose plan is made when it is first walked, since types may contain themselves. */
class LazyFieldPlan implements FieldPlan {
  readonly name: string;
  readonly element: string;
  readonly schema: Schema;
  readonly #type: string;
  readonly #structural: boolean;
  #plan: TypePlan | undefined;
  #emptiness: Emptiness | undefined;
  next: FieldPlan | undefined;

  constructor(field: { name: string; schema: Schema; type: string; structural: boolean }) {
    this.name = field.name;
    this.element = `f:${field.name}`;
    this.schema = field.schema;
    this.#type = field.type;
    this.#structural = field.structural;
    this.next = undefined;
  }

  get plan(): TypePlan {
    this.#plan ??= planOf(this.schema, { owner: this.#type, field: this.name, structural: this.#structural });
    return this.#plan;
  }

  get emptiness(): Emptiness {
    this.#emptiness ??= this.#structural ? 'keep' : emptinessOf(this.#type, this.name, this);
    return this.#emptiness;
  }
}

function othersOf(schema: Schema, place: PlanPlace): TypePlan | undefined {
  if (schema.additionalProperties !== undefined) return planOf(schema.additionalProperties, place);
  return schema.preserveUnknownFields ? newPlan({ kind: 'any', schema: {}, goType: 'interface {}' }) : undefined;
}

const scalarPlan = (schema: Schema, scalar: ScalarKind, goType: string): TypePlan =>
  newPlan({ kind: 'scalar', schema, scalar, goType, bits: schema.format === 'int32' ? 32 : 64 });

function listKeys({ listType, listMapKeys }: Schema): readonly string[] | undefined {
  if (listType === 'map') return listMapKeys ?? [];
  return listType === 'set' ? [] : undefined;
}
