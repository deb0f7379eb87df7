/** What has been opened, closed in reverse order. */

/** Collects resources as they are opened, so that a start that fails half-way leaves nothing behind. */
export class ClosingStack {
  #resources: AsyncDisposable[] = [];

  /** Remembers a resource and answers it. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  /** Remembers something to be done at the end. */
  defer(close: () => void | Promise<void>): void {
    this.#resources.push({ [Symbol.asyncDispose]: async () => close() });
  }

  /** Closes everything, newest first; the first failure is thrown once all have been closed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const resource of this.#resources.splice(0).reverse()) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (reason) {
        failures.push(reason);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
