/** The end of a resource, for those who watch it. */

/** Tells its followers, once, that a resource is served no more. */
export class Removal {
  readonly #followers = new Set<() => void>();
  #happened = false;

  /** Calls back when it happens, at once when it has. The result stops that. */
  follow(callback: () => void): () => void {
    if (this.#happened) callback();
    else this.#followers.add(callback);
    return () => void this.#followers.delete(callback);
  }

  /** The resource is gone. */
  happen(): void {
    this.#happened = true;
    const followers = [...this.#followers];
    this.#followers.clear();
    for (const follower of followers) follower();
  }
}
