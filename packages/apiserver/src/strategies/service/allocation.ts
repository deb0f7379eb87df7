/** What a write of a Service has taken so far. */
import type { Reservation } from '../../registry/strategy.ts';

/** What was taken, and what is to be given back once the write has succeeded. */
export class Allocation implements Reservation {
  readonly undo: (() => void | Promise<void>)[] = [];
  readonly releases: (() => void | Promise<void>)[] = [];

  async commit(): Promise<void> {
    for (const release of this.releases) await release();
  }

  async rollback(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }
}

/** What a dry run shows for a port that nobody chose: the first one past the default range's random band. */
export const DRY_RUN_PORT = 32_769;
