/** The log of one run of a container: bounded, followable. */
import type { Clock } from '@towtank/apimachinery';

/** Which part of a log, and in which form. */
export interface LogOptions {
  /** Goes on as the container writes, until it ends. */
  readonly follow?: boolean | undefined;
  /** Only the last lines. */
  readonly tailLines?: number | undefined;
  /** Only what is younger than this. */
  readonly sinceSeconds?: number | undefined;
  /** Only what is younger than this RFC 3339 time. */
  readonly sinceTime?: string | undefined;
  /** Each line begins with its time. */
  readonly timestamps?: boolean | undefined;
  /** Stops after this many bytes. */
  readonly limitBytes?: number | undefined;
}

interface Line {
  readonly atMs: number;
  readonly order: number;
  readonly text: string;
}

/** Bytes of text that one log keeps; the oldest lines go first. */
const LIMIT_BYTES = 1 << 20;

/** Lines with their times. */
export class ContainerLog {
  readonly #clock: Clock;
  readonly #limitBytes: number;
  #lines: Line[] = [];
  #bytes = 0;
  #order = 0;
  #closed = false;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock, limitBytes: number = LIMIT_BYTES) {
    this.#clock = clock;
    this.#limitBytes = limitBytes;
  }

  /** Appends text; line breaks in it begin new lines. */
  write(text: string): void {
    const atMs = this.#clock.now();
    for (const line of text.replace(/\n$/, '').split('\n')) {
      this.#lines.push({ atMs, order: this.#order++, text: line });
      this.#bytes += line.length + 1;
    }
    let dropped = 0;
    while (this.#bytes > this.#limitBytes && dropped < this.#lines.length - 1)
      this.#bytes -= (this.#lines[dropped++]?.text.length ?? 0) + 1;
    if (dropped > 0) this.#lines = this.#lines.slice(dropped);
    this.#wake();
  }

  /** Nothing more will be written: readers that follow come to their end. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The last lines, for a termination message. */
  tail(count: number): string {
    return this.#lines
      .slice(-count)
      .map(({ text }) => `${text}\n`)
      .join('');
  }

  /** Reads the log line by line. Ends when `signal` aborts. */
  async *read(options: LogOptions = {}, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const wake = (): void => this.#wake();
    signal?.addEventListener('abort', wake);
    try {
      yield* this.#limited(this.#follow(options, signal), options.limitBytes);
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  async *#follow(
    { follow = false, tailLines, sinceSeconds, sinceTime, timestamps = false }: LogOptions,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const sinceMs = Math.max(
      sinceSeconds === undefined ? 0 : this.#clock.now() - sinceSeconds * 1000,
      sinceTime === undefined ? 0 : Date.parse(sinceTime),
    );
    const first = this.#lines.filter(({ atMs }) => atMs >= sinceMs);
    let next =
      tailLines === undefined ? (first[0]?.order ?? this.#order) : this.#order - Math.min(tailLines, first.length);
    for (;;) {
      const due = this.#lines.filter(({ order }) => order >= next);
      for (const line of due) {
        if (signal?.aborted) return;
        next = line.order + 1;
        yield encode(timestamps ? `${stampOf(line)} ${line.text}\n` : `${line.text}\n`);
      }
      if (due.length > 0) continue;
      if (!follow || this.#closed || signal?.aborted) return;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  async *#limited(
    lines: AsyncGenerator<Uint8Array>,
    limitBytes = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<Uint8Array> {
    let left = limitBytes;
    for await (const line of lines) {
      if (line.length >= left) {
        yield line.subarray(0, left);
        return;
      }
      left -= line.length;
      yield line;
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

const encoder = new TextEncoder();
const encode = (text: string): Uint8Array => encoder.encode(text);

/** Nine digits of a second, as the kubelet writes them; the order of lines stands for what the clock cannot tell. */
const stampOf = ({ atMs, order }: Line): string =>
  `${new Date(atMs).toISOString().slice(0, 23)}${String(order % 1_000_000).padStart(6, '0')}Z`;
