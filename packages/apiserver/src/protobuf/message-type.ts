/** The types of messages, read from the fact table when first asked for. */
import { OPENAPI_V2_ROWS } from '../data/openapi-v2-rows.ts';
import { PROTOBUF_ROWS } from '../data/protobuf-rows.ts';

/** A field of a message. */
export interface MessageField {
  /** Name in JSON; `@` for a message whose fields stand in its parent. */
  readonly name: string;
  /** A scalar (`string`, `time`, …), or the name of a type in the table. */
  readonly kind: string;
  readonly shape: 'single' | 'list' | 'map';
  /** Whether JSON leaves out its zero value: the wire has no other way to say "not set". */
  readonly omitsZero: boolean;
}

/** The fields of a type. */
export interface MessageType {
  readonly byNumber: ReadonlyMap<number, MessageField>;
  /** With the highest number first. */
  readonly descending: readonly (readonly [number, MessageField])[];
}

const parsed = new Map<string, MessageType>();

/** The type of this name (`core/v1.Pod`); undefined when the table has none. */
export function messageType(name: string): MessageType | undefined {
  let type = parsed.get(name);
  const rows = name.startsWith('openapi/') ? OPENAPI_V2_ROWS : PROTOBUF_ROWS;
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (type === undefined && row !== undefined) {
    const home = name.slice(0, name.lastIndexOf('.'));
    const fields = row === '' ? [] : row.split(' ').map((item) => parseField(item, home));
    type = { byNumber: new Map(fields), descending: fields.sort(([a], [b]) => b - a) };
    parsed.set(name, type);
  }
  return type;
}

/**
 * The name of the type of a kind. `DeleteOptions` and its sisters are the same in every group, `Status` counts as `v1`,
 * and what stands for metadata alone is the same in both of its versions.
 */
export function messageNameOf(apiVersion: string, kind: string): string {
  const isMeta = kind === 'Status' || kind.endsWith('Options') || apiVersion.startsWith('meta.k8s.io/');
  if (isMeta) return `meta/v1.${kind}`;
  const [version = '', group] = apiVersion.split('/').reverse();
  return `${group === undefined ? 'core' : group.split('.')[0]}/${version}.${kind}`;
}

function parseField(item: string, home: string): [number, MessageField] {
  const [, number = '', zero = '', name = '', shape = '', kind = ''] =
    /^(\d+)(\??):([^:]+):(\[\]|\{\})?(.+)$/.exec(item) ?? [];
  const isType = /^[A-Z]/.test(kind);
  return [
    Number(number),
    {
      name,
      kind: isType ? `${home}.${kind}` : kind,
      shape: shape === '[]' ? 'list' : shape === '{}' ? 'map' : 'single',
      omitsZero: zero === '?',
    },
  ];
}
