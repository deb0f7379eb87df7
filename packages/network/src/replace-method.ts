/** Replaces a method of an object in a way that can be undone. */

/** Any function. */
// biome-ignore lint/suspicious/noExplicitAny: functions of any signature are replaced
export type AnyFunction = (this: any, ...args: any[]) => any;

/** A method to replace, and the function that stands in for it. */
export interface Patch {
  readonly target: object;
  readonly name: string;
  /** Builds the stand-in around the original. */
  readonly wrap: (original: AnyFunction) => AnyFunction;
}

/** Puts the original back. */
export type Restore = () => void;

/**
 * Replaces a method. The stand-in has the original's name and whatever was attached to it, such as its promisified form.
 * If somebody else has replaced it in the meantime, theirs stays when it is restored: it leads to a stand-in that then
 * passes everything on.
 */
export function replaceMethod({ target, name, wrap }: Patch): Restore {
  const holder = target as Record<string, AnyFunction>;
  const original = holder[name];
  if (typeof original !== 'function') return () => {};
  const standIn = wrap(original);
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined && key !== 'prototype') Object.defineProperty(standIn, key, descriptor);
  }
  const isInherited = !Object.hasOwn(holder, name);
  holder[name] = standIn;
  return () => {
    if (holder[name] !== standIn) return;
    if (isInherited) Reflect.deleteProperty(holder, name);
    else holder[name] = original;
  };
}
