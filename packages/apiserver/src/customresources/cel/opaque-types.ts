/** Types whose values have no parts that an expression could name: addresses, amounts, and values that may be absent. */
import type { CelModules } from './load-cel.ts';

/** A type of such values, of which each carries a value of this process. */
export interface OpaqueType<T> {
  readonly type: ReturnType<CelModules['cel']['objectType']>;
  /** Values that are equal have equal texts. */
  wrap(value: T, text: string): never;
  unwrap(value: unknown): T;
}

/** Declares the types of these names. */
export function opaqueTypes<T extends Record<string, unknown>>(
  names: { readonly [K in keyof T]: string },
  { cel, protobuf, reflect, wkt }: CelModules,
): { readonly [K in keyof T]: OpaqueType<T[K]> } {
  const values = new WeakMap<object, unknown>();
  const file = protobuf.create(wkt.FileDescriptorProtoSchema, {
    name: 'opaque.proto',
    syntax: 'proto3',
    messageType: Object.values<string>(names).map((name) => ({
      name: name.replace('.', '_'),
      field: [{ name: 'text', number: 1, type: 9, label: 1, jsonName: 'text' }],
    })),
  });
  const set = protobuf.create(wkt.FileDescriptorSetSchema, { file: [file] });
  const registry = protobuf.createFileRegistry(set);
  const declare = (name: string): OpaqueType<unknown> => {
    const desc = registry.getMessage(name.replace('.', '_'));
    if (desc === undefined) throw new Error(`no type ${name}`);
    return {
      type: cel.objectType(desc),
      wrap(value, text) {
        const message = protobuf.create(desc, { text } as never);
        values.set(message, value);
        return reflect.reflect(desc, message) as never;
      },
      unwrap: (value) => values.get((value as { message: object }).message),
    };
  };
  return Object.fromEntries(Object.entries<string>(names).map(([key, name]) => [key, declare(name)])) as never;
}
