/** The standard input of a container: what those send who attach to it. */
import { PassThrough, type Readable } from 'node:stream';
import type { Container } from '../pod/pod.ts';

/** Input of one run of a container. A container whose spec does not ask for it has none: it is at its end at once. */
export class ContainerStdin {
  readonly #isOpen: boolean;
  readonly #once: boolean;
  #stream: PassThrough | undefined;
  #isClosed = false;

  constructor({ stdin = false, stdinOnce = false }: Container) {
    this.#isOpen = stdin;
    this.#once = stdinOnce;
  }

  /** What the container reads: made when it first looks, for most never do. */
  get stream(): PassThrough {
    if (this.#stream === undefined) {
      this.#stream = new PassThrough();
      if (!this.#isOpen) this.#stream.end();
      if (this.#isClosed) this.#stream.destroy();
    }
    return this.#stream;
  }

  /** Passes on what a client sends; with `stdinOnce` the input ends with its first client. */
  join(client: Readable): void {
    if (!this.#isOpen || this.#isClosed || this.stream.writableEnded) return void client.resume();
    client.pipe(this.stream, { end: false });
    if (this.#once) client.once('end', () => this.stream.end()).once('close', () => this.stream.end());
  }

  /** Nobody reads any longer. */
  close(): void {
    this.#isClosed = true;
    this.#stream?.destroy();
  }
}
