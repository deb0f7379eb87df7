/**
 * The hash by which Kubernetes orders what has no order of its own (ports, subsets): FNV-1a over the text that Go's
 * spew prints for the value. Reproduced so that lists come out as a real cluster writes them.
 */

/** A struct: its Go type and the printed values of its fields, in order. */
export const printStruct = (type: string, fields: Readonly<Record<string, string>>): string =>
  `(${type})${printFields(fields)}`;

/** The fields of a struct whose type is known from its context. */
export const printFields = (fields: Readonly<Record<string, string>>): string =>
  `{${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}`)
    .join(' ')}}`;

/** A plain value. */
export const printValue = (type: string, value: string | number): string => `(${type})${value}`;

/** A pointer to a plain value, or nil. */
export const printPointer = (type: string, value: string | number | undefined): string =>
  `(*${type})${value ?? '<nil>'}`;

/** A slice of printed elements; an absent one is nil. */
export const printSlice = (type: string, elements: readonly string[] | undefined): string =>
  `([]${type})${elements === undefined ? '<nil>' : `[${elements.join(' ')}]`}`;

const OFFSET_BASIS = [0x6c62272e, 0x07bb0142, 0x62b82175, 0x6295c58d] as const;

/** 128-bit FNV-1a of a text, as 32 hexadecimal digits. */
export function fnv128a(text: string): string {
  let [a, b, c, d]: [number, number, number, number] = [...OFFSET_BASIS];
  for (const byte of Buffer.from(text)) {
    d = (d ^ byte) >>> 0;
    // The prime is 2^88 + 0x13b: a small product in each word with its carry, plus the whole value shifted by 88 bits.
    const dProduct = d * 0x13b;
    const cProduct = c * 0x13b + Math.floor(dProduct / 0x1_0000_0000);
    const bProduct = b * 0x13b + Math.floor(cProduct / 0x1_0000_0000);
    const aProduct = a * 0x13b + Math.floor(bProduct / 0x1_0000_0000);
    const bShifted = (bProduct % 0x1_0000_0000) + ((d << 24) >>> 0);
    a = ((aProduct % 0x1_0000_0000) + ((c << 24) >>> 0) + (d >>> 8) + Math.floor(bShifted / 0x1_0000_0000)) >>> 0;
    b = bShifted >>> 0;
    c = cProduct >>> 0;
    d = dProduct >>> 0;
  }
  return [a, b, c, d].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Sorts by the hash of what `print` gives for an item. */
export function sortByHash<T>(items: readonly T[], print: (item: T) => string): T[] {
  if (items.length < 2) return [...items];
  const hashed = items.map((item) => ({ item, hash: fnv128a(print(item)) }));
  return hashed.sort((one, two) => (one.hash < two.hash ? -1 : one.hash > two.hash ? 1 : 0)).map(({ item }) => item);
}
