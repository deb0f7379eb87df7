/** Takes credentials out of what is recorded, before it reaches the disk. */
import type { ResponseRecord, StoredBody, StoredHeaders } from '../cassette/cassette-record.ts';
import { storeBytes, storeText, utf8TextOf } from '../cassette/stored-body.ts';
import { layoutOf } from '../cassette/stream-layout.ts';
import { PACKED } from './packed-json.ts';
import { redactJson } from './redact-json.ts';
import { redactYaml } from './redact-yaml.ts';
import { REDACTED, type RedactionOptions, SECRET_HEADERS } from './redaction-options.ts';
import { StreamRedactor } from './stream-redactor.ts';
import { QUICK_LOOK, SECRET_PARAMETERS, TEXT_PATTERNS, type TextPattern } from './text-patterns.ts';
import { type Found, TextRedactor } from './text-redactor.ts';

/** Where a body belongs: a patch of a Secret does not say that it is one. */
export interface BodyContext {
  /** Path and query of the request. */
  readonly url: string;
  readonly contentType?: string | undefined;
}

/** The head of an answer that goes on. */
export type StreamHead = Pick<ResponseRecord, 'status' | 'stream' | 'headers'>;

/** What takes credentials out of each direction of a stream. */
export interface FrameRedactors {
  readonly client: StreamRedactor;
  readonly server: StreamRedactor;
}

/** Replaces credentials. The same input always gives the same output, and redacting again changes nothing. */
export class Redactor {
  readonly #text: TextRedactor;
  /** The same without reports: text that is read twice would be reported twice. */
  readonly #streamText: TextRedactor;
  readonly #headers: ReadonlySet<string>;
  readonly #fields: readonly { readonly name: string; readonly fields: RegExp }[];
  #isCustom: boolean;
  readonly #found: Found | undefined;

  /** `found` is told of each replacement. */
  constructor({ rules = [], literals = [] }: RedactionOptions = {}, found?: Found) {
    const patterns = rules.flatMap(({ name, pattern }): TextPattern[] =>
      pattern === undefined ? [] : [{ name, pattern: new RegExp(pattern.source, globalFlags(pattern)) }],
    );
    this.#text = new TextRedactor([...TEXT_PATTERNS, ...patterns], literals, found);
    this.#streamText = new TextRedactor([...TEXT_PATTERNS, ...patterns], literals, undefined);
    this.#headers = new Set([...SECRET_HEADERS, ...rules.flatMap(({ headers = [] }) => headers)]);
    this.#fields = rules.flatMap(({ name, fields }) => (fields === undefined ? [] : [{ name, fields }]));
    this.#isCustom = patterns.length > 0 || literals.length > 0 || this.#fields.length > 0;
    this.#found = found;
  }

  /** More texts to replace wherever they stand from now on: credentials that are issued while a recording goes on. */
  addLiterals(literals: readonly string[]): void {
    this.#text.addLiterals(literals);
    this.#streamText.addLiterals(literals);
    this.#isCustom ||= literals.length > 0;
  }

  /** Header fields: those known for credentials by name, the others by the form of their text. */
  headers(headers: StoredHeaders): StoredHeaders {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? this.#header(name, value) : value.map((one) => this.#header(name, one)),
      ]),
    );
  }

  /** Path and query. */
  url(url: string): string {
    const [path = '', query] = splitOnce(url, '?');
    if (query === undefined) return this.#text.redact(path);
    const parameters = query.split('&').map((parameter) => {
      const [name = '', value = ''] = splitOnce(parameter, '=');
      if (!SECRET_PARAMETERS.test(name)) return this.#text.redact(parameter);
      if (value === '' || value === REDACTED) return parameter;
      this.#found?.('parameter of a query');
      return `${name}=${REDACTED}`;
    });
    return `${this.#text.redact(path)}?${parameters.join('&')}`;
  }

  /** A whole body, or a whole line of a stream. */
  body(bytes: Uint8Array, context: BodyContext): StoredBody {
    const text = utf8TextOf(bytes);
    if (text === undefined) return this.#binary(bytes);
    const ofSecret = isAboutSecrets(context.url);
    if (!ofSecret && !this.#isCustom && !QUICK_LOOK.test(text)) return storeText(text);
    const redact = (value: unknown): unknown => this.value(value, ofSecret);
    const redacted = this.#structured(text, context, redact);
    // What cannot be read as a whole, such as an answer that broke off, may hold the data of Secrets anywhere.
    if (redacted === undefined && ofSecret && /^\s*[[{]/.test(text)) return { omitted: 'a part of a Secret' };
    return storeText(redacted ?? this.#text.redact(text));
  }

  /** For the frames of a stream, by direction; undefined where each frame is a document of its own. */
  frames({ status, stream, headers = {} }: StreamHead, { url }: BodyContext): FrameRedactors | undefined {
    const isText = stream === 'lines' && String(headers['content-type']).startsWith('text/');
    // A watch over a WebSocket has an event in each message.
    if ((status !== 101 && !isText) || /[?&]watch=/.test(url)) return undefined;
    const secretsIn = (text: string): readonly string[] => this.#secretsIn(text);
    const rules = { text: this.#streamText, secretsIn, found: this.#found };
    const layout = layoutOf(headers);
    return { client: new StreamRedactor(rules, layout), server: new StreamRedactor(rules, layout) };
  }

  /** A JSON value; what needs no change is given back as it is. */
  value(value: unknown, ofSecret = false): unknown {
    return redactJson(value, { text: this.#text, fields: this.#fields, found: this.#found }, ofSecret);
  }

  /** Any other text. */
  text(text: string): string {
    return this.#text.redact(text);
  }

  #header(name: string, value: string): string {
    if (!this.#headers.has(name)) return this.#text.redact(value);
    const scheme = name.endsWith('authorization') ? (/^(bearer|basic|negotiate) /i.exec(value)?.[0] ?? '') : '';
    const redacted = value === '' ? value : `${scheme}${REDACTED}`;
    if (redacted !== value) this.#found?.(`header ${name}`);
    return redacted;
  }

  #structured(
    text: string,
    { contentType = '' }: Pick<BodyContext, 'contentType'>,
    redact: (value: unknown) => unknown,
  ): string | undefined {
    const end = text.endsWith('\n') ? '\n' : '';
    if (/^\s*[[{"]/.test(text)) {
      try {
        const value: unknown = JSON.parse(text);
        const redacted = redact(value);
        return redacted === value ? text : JSON.stringify(redacted) + end;
      } catch {
        // not JSON after all
      }
    }
    const isYaml = contentType.includes('yaml') || /^kind:/m.test(text);
    return isYaml ? redactYaml(text, redact) : undefined;
  }

  /** The secret values of a document: what the rules for fields and kinds, not those for text, would replace. */
  #secretsIn(text: string): readonly string[] {
    const secrets: string[] = [];
    if (!QUICK_LOOK.test(text)) return secrets;
    const found: Found = (_, secret) => {
      if (secret !== undefined) secrets.push(secret);
    };
    this.#structured(text, {}, (value) =>
      redactJson(value, { text: this.#streamText, fields: this.#fields, found }, false),
    );
    return secrets;
  }

  /** Bytes keep their length, since lengths are written in most binary formats. */
  #binary(bytes: Uint8Array): StoredBody {
    const text = Buffer.from(bytes).toString('latin1');
    if (isProtobufSecret(text)) {
      this.#found?.('Secret as protocol buffer');
      return { omitted: 'a Secret in a binary format' };
    }
    // What is packed cannot be packed again to the same length.
    const unpackable = text.replace(PACKED, (packed) => '*'.repeat(packed.length));
    return storeBytes(Buffer.from(this.#text.mask(unpackable), 'latin1'));
  }
}

/** Whether the resource of a request is `secrets`, or a token is asked for. */
export const isAboutSecrets = (url: string): boolean => /^\/api\/v1\/(.*\/)?secrets([/?]|$)/.test(url);

/** An object in Kubernetes' envelope for protocol buffers says early on of what kind it is. */
const isProtobufSecret = (latin1: string): boolean => /k8s\0[\s\S]{0,40}\bSecret(List)?\b/.test(latin1.slice(0, 200));

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

const globalFlags = ({ flags }: RegExp): string => (flags.includes('g') ? flags : `${flags}g`);
