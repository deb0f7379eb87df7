/** A plain connection as one of messages: whatever comes together is one. */
import type { Duplex } from 'node:stream';
import type { MessageConnection } from './message-connection.ts';

/** The connection of a socket of which `head` has been read already. */
export function socketConnection(socket: Duplex, head: Buffer): MessageConnection {
  socket.on('error', () => socket.destroy());
  return {
    send: (message) => !socket.writable || socket.write(message),
    drained(callback) {
      const done = (): void => {
        socket.off('drain', done).off('close', done);
        callback();
      };
      socket.on('drain', done).on('close', done);
    },
    close: () => void socket.end(),
    onMessage(listener) {
      if (head.length > 0) listener(head);
      socket.on('data', listener);
      socket.once('end', () => socket.end());
    },
    onClose: (listener) => void socket.once('close', listener),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}
