/** YAML as Kubernetes reads it: the first document, by the rules of YAML 1.1, made into what JSON can say. */
import type * as Yaml from 'yaml';
import type { DecodedBody } from './decode-body.ts';
import { type JsonObject, setOwn } from './own-property.ts';
import { isTooDeep, MAX_YAML_DEPTH } from './yaml-depth.ts';
import { resolvePlainScalar } from './yaml-scalar.ts';

/** The YAML library, which is loaded when it is first needed. */
export type YamlReader = typeof Yaml;

let loading: Promise<YamlReader> | undefined;

/** Loads the YAML library once. */
export function loadYaml(): Promise<YamlReader> {
  loading ??= import('yaml');
  return loading;
}

/** How many nodes the aliases of a document may repeat. */
const MAX_REPEATED_NODES = 50_000;

/** Reads YAML. What cannot be read is thrown as the error that `failure` makes of the message. */
export function yamlToJson(text: string, yaml: YamlReader, failure: (message: string) => Error): DecodedBody {
  if (isTooDeep(text)) throw failure(`yaml: exceeded max depth of ${MAX_YAML_DEPTH}`);
  const lines = new yaml.LineCounter();
  const [document] = yaml.parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    merge: false,
    lineCounter: lines,
    logLevel: 'silent',
  });
  if (document === undefined || !('contents' in document)) return { value: null, duplicates: [] };
  const [error] = document.errors;
  if (error !== undefined) throw failure(`yaml: ${syntaxMessage(error, lines)}`);
  const reader = new DocumentReader(document, { yaml, lines, failure });
  const value = reader.read(document.contents);
  if (reader.duplicates.length === 0) return { value, duplicates: [] };
  return { value, duplicates: [`yaml: unmarshal errors:\n${reader.duplicates.map((line) => `  ${line}`).join('\n')}`] };
}

function syntaxMessage(error: Yaml.YAMLError, lines: Yaml.LineCounter): string {
  const { line } = lines.linePos(error.pos[0]);
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' || /mapping/.test(error.message))
    return `line ${line}: mapping values are not allowed in this context`;
  if (error.code === 'TAB_AS_INDENT') return `line ${line}: found character that cannot start any token`;
  return `line ${line}: could not find expected ':'`;
}

interface ReaderTools {
  readonly yaml: YamlReader;
  readonly lines: Yaml.LineCounter;
  readonly failure: (message: string) => Error;
}

/** Turns one document's nodes into values. */
class DocumentReader {
  /** Keys that stand twice, as `line 5: key "a" already set in map`. */
  readonly duplicates: string[] = [];
  readonly #document: Yaml.Document.Parsed;
  readonly #tools: ReaderTools;
  #repeated = 0;
  #aliases = 0;

  constructor(document: Yaml.Document.Parsed, tools: ReaderTools) {
    this.#document = document;
    this.#tools = tools;
  }

  read(node: unknown): unknown {
    const { yaml, failure } = this.#tools;
    if (this.#aliases > 0) this.#repeated += 1;
    if (this.#repeated > MAX_REPEATED_NODES) throw failure('yaml: document contains excessive aliasing');
    if (yaml.isAlias(node)) return this.#alias(node);
    if (yaml.isMap(node)) return this.#map(node);
    if (yaml.isSeq(node)) return node.items.map((item) => this.read(item));
    return yaml.isScalar(node) ? this.#scalar(node) : null;
  }

  #alias(node: Yaml.Alias): unknown {
    this.#aliases += 1;
    const value = this.read(node.resolve(this.#document));
    this.#aliases -= 1;
    return value;
  }

  #scalar({ type, value, tag }: Yaml.Scalar): unknown {
    const text = String(value ?? '');
    if (tag === 'tag:yaml.org,2002:binary') return Buffer.from(text, 'base64').toString();
    if (tag?.endsWith(':str') || (type !== 'PLAIN' && !tag?.startsWith('tag:'))) return text;
    const resolved = resolvePlainScalar(text);
    if (typeof resolved === 'number' && !Number.isFinite(resolved))
      throw this.#tools.failure(
        `json: unsupported value: ${Number.isNaN(resolved) ? 'NaN' : resolved > 0 ? '+Inf' : '-Inf'}`,
      );
    return resolved;
  }

  #map({ items }: Yaml.YAMLMap): JsonObject {
    const entries = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const { key, value } of items) {
      if (this.#isMergeKey(key)) {
        merged.push(this.read(value));
        continue;
      }
      const name = this.#keyName(key);
      if (entries.has(name)) this.duplicates.push(this.#alreadySet(key, name));
      entries.set(name, this.read(value));
    }
    for (const source of merged.flat())
      for (const [name, value] of Object.entries((source ?? {}) as JsonObject))
        if (!entries.has(name)) entries.set(name, value);
    const object: JsonObject = {};
    for (const name of [...entries.keys()].sort()) setOwn(object, name, entries.get(name));
    return object;
  }

  #isMergeKey(key: unknown): boolean {
    return this.#tools.yaml.isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
  }

  #keyName(key: unknown): string {
    const name = this.read(key);
    if (name === null || typeof name === 'object')
      throw this.#tools.failure(`unsupported map key of type: ${name === null ? 'invalid' : 'map'}`);
    return String(name);
  }

  #alreadySet(key: unknown, name: string): string {
    const offset = this.#tools.yaml.isNode(key) ? (key.range?.[0] ?? 0) : 0;
    return `line ${this.#tools.lines.linePos(offset).line}: key ${JSON.stringify(name)} already set in map`;
  }
}
