/** What has changed in a list of stored objects, which never change themselves. */

/** What left a list and what came into it. An object that has only moved may be in both. */
export interface ListChange<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/**
 * Compares each list with the one before, object by object and without a look into any: of a thousand Pods those that
 * stay as they are cost next to nothing, not even a fetch from memory.
 */
export class ListChanges<T extends object> {
  #last: readonly T[] = [];

  /** What has changed since the last call; at the first call all is new. */
  next(list: readonly T[]): ListChange<T> {
    const last = this.#last;
    this.#last = list;
    const gone: T[] = [];
    const come: T[] = [];
    let [before, after] = [0, 0];
    while (before < last.length && after < list.length) {
      const [old, now] = [last[before] as T, list[after] as T];
      const stays = old === now;
      const isGone = !stays && (last[before + 1] === now || last[before + 1] === list[after + 1]);
      const hasCome = !stays && (old === list[after + 1] || last[before + 1] === list[after + 1]);
      // Where more than one object in a row has changed the rest is compared as a whole.
      if (!stays && !isGone && !hasCome) break;
      if (isGone) gone.push(old);
      if (hasCome) come.push(now);
      if (stays || isGone) before += 1;
      if (stays || hasCome) after += 1;
    }
    const [oldRest, rest] = [new Set(last.slice(before)), new Set(list.slice(after))];
    for (const old of oldRest) if (!rest.has(old)) gone.push(old);
    for (const now of rest) if (!oldRest.has(now)) come.push(now);
    return { gone, come };
  }
}
