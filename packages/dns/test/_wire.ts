/** Sends bytes to a server and reads what comes back, for tests of the wire itself. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DnsServer, decodeMessage, type Edns, encodeMessage, type Message } from '../src/index.ts';

const RECORD_FREE = { answers: [], authorities: [], additionals: [] } as const;

/** A query for `TYPE name`, as a client would send it. */
export const queryMessage = (asked: string, parts: Partial<Message> = {}): Message => {
  const [type = '', name = ''] = asked.split(' ');
  return {
    id: 0x1234,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticatedData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name, type, class: 'IN' }],
    ...RECORD_FREE,
    ...parts,
  };
};

/** The bytes of a message, uncompressed. */
export const bytesOf = (message: Message): Buffer => encodeMessage(message, { maxBytes: 65_535 });

/** An EDNS record with the given size and nothing else. */
export const edns = (udpSize: number, parts: Partial<Edns> = {}): Edns => ({
  udpSize,
  version: 0,
  extendedRcode: 0,
  flags: 0,
  options: [],
  ...parts,
});

/** A UDP client, with room for as many answers as a test cares to wait for at once. */
export class UdpClient implements AsyncDisposable {
  readonly #socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  readonly #server: DnsServer;

  constructor(server: DnsServer) {
    this.#server = server;
  }

  send(bytes: Buffer): void {
    this.#socket.send(bytes, this.#server.port, this.#server.host);
  }

  async receive(): Promise<Buffer> {
    const [bytes] = await once(this.#socket, 'message');
    return bytes as Buffer;
  }

  /** The bytes that answer the bytes. */
  async exchange(bytes: Buffer): Promise<Buffer> {
    const reply = this.receive();
    this.send(bytes);
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** A TCP client. */
export class TcpClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly #frames: Buffer[] = [];
  #pending = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  constructor(server: DnsServer) {
    this.socket = connect({ host: server.host, port: server.port, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.socket.on('error', () => {});
  }

  send(...messages: readonly Message[]): void {
    for (const message of messages) this.socket.write(framed(message));
  }

  async receive(): Promise<Message> {
    return decodeMessage(await this.receiveBytes());
  }

  async receiveBytes(): Promise<Buffer> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 2 && this.#pending.length >= 2 + this.#pending.readUInt16BE(0)) {
      const end = 2 + this.#pending.readUInt16BE(0);
      this.#frames.push(this.#pending.subarray(2, end));
      this.#pending = this.#pending.subarray(end);
    }
    this.#wake?.();
  }
}

/** A message with its length in front. */
export function framed(message: Message): Buffer {
  const bytes = bytesOf(message);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
