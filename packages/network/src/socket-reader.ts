/** Reads a fixed number of bytes at a time from a socket, and leaves the rest to whoever comes next. */
import type { Socket } from 'node:net';

/** The next `length` bytes; rejects when the socket ends before. */
export function readBytes(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      socket.off('readable', read).off('end', ended).off('close', ended);
    };
    const read = (): void => {
      const bytes: Buffer | null = length === 0 ? Buffer.alloc(0) : socket.read(length);
      if (bytes === null) return;
      over();
      if (bytes.length < length) reject(new Error('the socket has ended'));
      else resolve(bytes);
    };
    const ended = (): void => {
      over();
      reject(new Error('the socket has ended'));
    };
    socket.on('readable', read).once('end', ended).once('close', ended);
    read();
  });
}
