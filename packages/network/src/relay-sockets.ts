/** Joins two sockets, so that each sees what the other's peer does. */
import type { Socket } from 'node:net';

/**
 * Copies both ways with backpressure. The end of one side ends the other's writing only, so half-closed connections
 * work; a reset of one side resets the other. Both sockets must allow half-open, and should not delay
 * small writes.
 */
export function relaySockets(client: Socket, backend: Socket): void {
  for (const [from, to] of [
    [client, backend],
    [backend, client],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
    from.once('close', () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}
