/** What a connection gets whose request cannot be read as HTTP, or does not come to its end. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { timeoutText } from '../endpoints/request-timeout.ts';
import { answerAwaitingBody } from './request-body.ts';

/** Connections that have been answered; their clients close them, or the limit for headers does. */
const refused = new WeakSet<Duplex>();

/**
 * Answers in plain text, in the words of Go's server, and closes the connection. A `clientError` listener. What the client
 * sends after its mistake is read and thrown away: a connection closed over unread bytes is reset, its answer with it.
 */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (refused.has(socket) && error.code?.startsWith('HPE_')) return;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return closeStalled(socket);
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  refuse(socket, status, `${status} ${STATUS_CODES[status]}`);
}

/** Headers that do not come are no request, so there is nothing to answer; a request without its body has timed out. */
function closeStalled(socket: Duplex): void {
  if (answerAwaitingBody(socket) === undefined) return void socket.destroy();
  refuse(socket, 504, timeoutText());
}

function refuse(socket: Duplex, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close`;
  refused.add(socket);
  socket.end(`${head}\r\n\r\n${text}`);
}
