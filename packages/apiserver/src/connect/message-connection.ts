/** A connection that carries messages in both directions: a WebSocket, seen from who serves it. */

/** One end of the connection. Listeners are set once, before anything else happens. */
export interface MessageConnection {
  /** Sends a message. Answers false when the client should be given time to read. */
  send(message: Uint8Array): boolean;
  /** Calls back once what was sent has gone out. */
  drained(callback: () => void): void;
  /** Closes the connection. */
  close(): void;
  onMessage(listener: (message: Buffer) => void): void;
  /** Called once, whoever closes. */
  onClose(listener: () => void): void;
  /** Stops and resumes reading: backpressure for the client. */
  pause(): void;
  resume(): void;
}
