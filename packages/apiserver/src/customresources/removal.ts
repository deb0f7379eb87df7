/** The end of a resource, for those who watch it. */

/** Tells its followers, once, that a resource is served no more. */
export class Removal {
  readonly #followers = new Set<() => void>();
  #happened = false;
  #isNear = false;

  /** Whether the resource is about to go, so that nothing new may come. */
  get isNear(): boolean {
    return this.#isNear;
  }

  /** The resource will go once its objects are gone. */
  approach(): void {
    this.#isNear = true;
  }

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
