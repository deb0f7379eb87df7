/** What a write of a Service has taken so far. */
import type { Reservation } from '../../registry/strategy.ts';

/** What was taken, and what is to be done once the write has succeeded: some of it is given back only then. */
export class Allocation implements Reservation {
  readonly undo: (() => void | Promise<void>)[] = [];
  readonly after: (() => void | Promise<void>)[] = [];

  async commit(): Promise<void> {
    for (const act of this.after) await act();
  }

  async rollback(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }
}

/** What a dry run shows for a port that nobody chose: the first one past the default range's random band. */
export const DRY_RUN_PORT = 32_769;
