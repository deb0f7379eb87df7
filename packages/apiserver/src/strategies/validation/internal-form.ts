/** Values as the real API server holds them in memory, which is how its messages show them. */
import { goJson } from '@towtank/apimachinery';
import { INTERNAL_ROWS } from '../../data/internal-rows.ts';
import { unifiedDiff } from './unified-diff.ts';

// biome-ignore lint/suspicious/noExplicitAny: the fields of a decoded type, whose shape the schema has checked
type Fields = any;

interface InternalField {
  readonly name: string;
  readonly wireName: string;
  readonly type: string;
}

const parsed = new Map<string, readonly InternalField[]>();

function fieldsOf(type: string): readonly InternalField[] {
  let fields = parsed.get(type);
  if (fields === undefined) {
    fields = (INTERNAL_ROWS[type] ?? '').split(' ').map((entry) => {
      const [names = '', kind = names] = entry.split(':');
      const [name = '', wireName = `${name.charAt(0).toLowerCase()}${name.slice(1)}`] = names.split('=');
      return { name, wireName, type: kind };
    });
    parsed.set(type, fields);
  }
  return fields;
}

/**
 * A struct of a type of the table, with all its fields in the order and under the names of the Go type: what is not
 * set is null, zero or empty.
 */
export function internalForm(type: string, given: Fields): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  const value = type === 'PodSpec' ? withHostFields(given) : given;
  for (const field of fieldsOf(type))
    if (field.type === '+ObjectMeta') Object.assign(form, metadataForm(value?.metadata));
    else if (field.type.startsWith('+')) Object.assign(form, internalForm(field.type.slice(1), value));
    else form[field.name] = internalValue(field.type, value?.[field.wireName]);
  return form;
}

/** In memory, what a pod shares with its host is part of its security context. */
const withHostFields = (spec: Fields): Fields => ({
  ...spec,
  securityContext: {
    ...spec?.securityContext,
    hostNetwork: spec?.hostNetwork,
    hostPID: spec?.hostPID,
    hostIPC: spec?.hostIPC,
    shareProcessNamespace: spec?.shareProcessNamespace,
    hostUsers: spec?.hostUsers,
  },
});

function internalValue(type: string, value: Fields): unknown {
  if (type.startsWith('[]') && type.length > 2)
    return value?.map((item: Fields) => internalForm(type.slice(2), item)) ?? null;
  if (value === undefined || value === null) return zeroOf(type);
  if (type === 'map') return sorted(value);
  if (type === '*LabelSelector') return selectorForm(value);
  const struct = type.startsWith('*') ? type.slice(1) : type;
  return struct in INTERNAL_ROWS ? internalForm(struct, value) : value;
}

function zeroOf(type: string): unknown {
  switch (type) {
    case 'string':
      return '';
    case 'int':
      return 0;
    case 'bool':
      return false;
    case 'quantity':
      return '0';
    default:
      return type in INTERNAL_ROWS ? internalForm(type, undefined) : null;
  }
}

const sorted = (map: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Selectors and metadata have their wire form in memory too, and leave out what is empty. */
function selectorForm({ matchLabels, matchExpressions }: Fields): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  if (matchLabels !== undefined) form.matchLabels = sorted(matchLabels);
  if (matchExpressions !== undefined)
    form.matchExpressions = matchExpressions.map(({ key, operator, values }: Fields) =>
      values === undefined ? { key, operator } : { key, operator, values },
    );
  return form;
}

const METADATA =
  'name generateName namespace uid resourceVersion generation creationTimestamp labels annotations'.split(' ');

function metadataForm(metadata: Fields): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const name of METADATA) {
    const value = metadata?.[name];
    if (value !== undefined && value !== null) form[name] = typeof value === 'object' ? sorted(value) : value;
  }
  return form;
}

/** How two structs of a type differ, line by line, as Kubernetes' messages show it. */
export const internalDiff = (type: string, before: Fields, after: Fields): string =>
  unifiedDiff(goJson(internalForm(type, before), 1), goJson(internalForm(type, after), 1));
