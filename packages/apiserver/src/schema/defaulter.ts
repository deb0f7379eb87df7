/** The shape of defaults that are code. */

/** Fills in the defaults of one type: changes a decoded value in place, and must not go into its fields' types. */
// biome-ignore lint/suspicious/noExplicitAny: the fields of a decoded type, whose shape the schema has checked
export type Defaulter = (value: any) => void;
