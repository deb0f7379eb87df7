/** A WebSocket as a connection of messages. */
import type { WebSocket } from 'ws';
import type { MessageConnection } from './message-connection.ts';

/** Bytes that may wait for the client before who writes is told to. */
const HIGH_WATER_BYTES = 1024 * 1024;

const NORMAL_CLOSURE = 1000;

/** Messages are binary both ways, but for those that look like text to older clients, which are taken too. */
export function webSocketConnection(webSocket: WebSocket): MessageConnection {
  webSocket.on('error', () => webSocket.terminate());
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  webSocket.once('close', release);
  return {
    send(message) {
      if (webSocket.readyState !== webSocket.OPEN) return true;
      webSocket.send(message, { binary: true }, () => {
        if (webSocket.bufferedAmount < HIGH_WATER_BYTES) release();
      });
      return webSocket.bufferedAmount < HIGH_WATER_BYTES;
    },
    drained: (callback) => void waiting.push(callback),
    close: () => webSocket.close(NORMAL_CLOSURE),
    onMessage: (listener) => void webSocket.on('message', (data) => listener(toBuffer(data))),
    onClose: (listener) => void webSocket.once('close', listener),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
