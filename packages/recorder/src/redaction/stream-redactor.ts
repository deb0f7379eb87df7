/** Takes credentials out of a stream whose pieces may end in the middle of one. */
import { ChannelParser, CONTROL_CHANNEL, type StreamLayout } from '../cassette/stream-layout.ts';
import type { Found, TextRedactor } from './text-redactor.ts';

/** What a stream is redacted with. */
export interface StreamRules {
  readonly text: TextRedactor;
  /** The credentials in a whole document, such as a Secret that a command prints. */
  secretsIn(text: string): readonly string[];
  /** Told of each message in which something is masked. */
  readonly found: Found | undefined;
}

/** How much of what has passed on a channel is looked at together with what comes: no credential is longer. */
const CONTEXT_CHARS = 16_384;
/** A forwarded port has two channels for each connection; those that were used last are remembered. */
const CHANNEL_LIMIT = 100;

/**
 * Masks the messages of one direction, one by one as they come, so that order and times stay. Each is read as the
 * continuation of its channel. Where a message ends in what may be the beginning of a credential, that is masked at
 * once: it cannot be taken back from the disk when the rest comes. Lengths stay, since framing counts bytes.
 */
export class StreamRedactor {
  readonly #rules: StreamRules;
  readonly #channels: ChannelParser;
  readonly #passed = new Map<number, string>();

  constructor(rules: StreamRules, layout: StreamLayout) {
    this.#rules = rules;
    this.#channels = new ChannelParser(layout);
  }

  /** The message without credentials; the same bytes where it has none. */
  mask(message: Uint8Array): Buffer {
    const result = Buffer.from(message);
    for (const { channel, start, end } of this.#channels.parts(message)) {
      if (channel === CONTROL_CHANNEL) continue;
      const fresh = result.toString('latin1', start, end);
      result.write(this.#masked(channel, fresh), start, 'latin1');
    }
    return result;
  }

  #masked(channel: number, fresh: string): string {
    const passed = this.#passed.get(channel) ?? '';
    const text = passed + fresh;
    this.#passed.delete(channel);
    this.#passed.set(channel, text.slice(-CONTEXT_CHARS));
    if (this.#passed.size > CHANNEL_LIMIT) this.#passed.delete(this.#passed.keys().next().value ?? channel);
    const masked = this.#maskDocument(this.#rules.text.maskOpen(text).slice(passed.length), fresh);
    if (masked !== fresh) this.#rules.found?.('credential in a stream');
    return masked;
  }

  /** Masks the values that only their place in a document tells to be secret, however they are escaped there. */
  #maskDocument(masked: string, fresh: string): string {
    let result = masked;
    for (const secret of this.#rules.secretsIn(Buffer.from(fresh, 'latin1').toString('utf8')))
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), ...secret.split('\n')]) {
        const bytes = Buffer.from(form.trim(), 'utf8').toString('latin1');
        if (bytes !== '') result = result.replaceAll(bytes, '*'.repeat(bytes.length));
      }
    return result;
  }
}
