/** The records of a cassette: what each line of the file may be. */

/** The version that is written, and the newest that is read. */
export const CASSETTE_VERSION = 1;

/** Bytes, in the form that is easiest to read and to compare. */
export type StoredBody =
  /** The bytes are `JSON.stringify(json)`, followed by `end` where there is one. */
  | { readonly json: unknown; readonly end?: string }
  /** UTF-8 text. */
  | { readonly text: string }
  | { readonly base64: string }
  /** The content stands in an earlier `body` record. */
  | { readonly hash: string }
  /** The content was not kept; the text says why. */
  | { readonly omitted: string };

/** Header fields by lower-case name; a list where one name came more than once. */
export type StoredHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The first line. */
export interface HeaderRecord {
  readonly type: 'cassette';
  readonly version: number;
  /** When the recording began, RFC 3339. */
  readonly recorded: string;
  /** Where it came from, for people. */
  readonly source?: string;
}

/** A body that other records point to by its hash. */
export interface BodyRecord {
  readonly type: 'body';
  readonly hash: string;
  readonly body: StoredBody;
}

/** A request, with its body complete. */
export interface RequestRecord {
  readonly type: 'request';
  /** Number of the exchange, unique in the cassette. */
  readonly id: number;
  /** Milliseconds since the recording began; so in all records. */
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers?: StoredHeaders;
  readonly body?: StoredBody;
}

/** The head of an answer, with the body where that came as one piece. */
export interface ResponseRecord {
  readonly type: 'response';
  readonly id: number;
  readonly at: number;
  readonly status: number;
  readonly headers?: StoredHeaders;
  readonly body?: StoredBody;
  /** How the body goes on: as `frame` records, ended by an `end` record. */
  readonly stream?: 'lines' | 'websocket' | 'raw';
}

/** One piece of a stream: a line, a WebSocket message or a chunk. */
export interface FrameRecord {
  readonly type: 'frame';
  readonly id: number;
  readonly at: number;
  /** Default: the server. */
  readonly from?: 'client' | 'server';
  /** Kind of a WebSocket message. */
  readonly op?: 'text' | 'binary' | 'close' | 'ping' | 'pong';
  readonly body: StoredBody;
}

/** How an exchange ended, where that is not the end of its body. */
export interface EndRecord {
  readonly type: 'end';
  readonly id: number;
  readonly at: number;
  readonly by: 'server' | 'client' | 'reset';
  /** The error code behind a reset. */
  readonly error?: string;
}

/** An object that the cluster held when the recording began. */
export interface ObjectRecord {
  readonly type: 'object';
  /** Group, version and plural of the resource: `apps/v1/deployments`, `v1/pods`. */
  readonly resource: string;
  readonly object: StoredObject;
}

/** A change of an object while the recording went on. */
export interface ChangeRecord {
  readonly type: 'change';
  readonly at: number;
  readonly change: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly object: StoredObject;
}

/** A Kubernetes object as it was listed. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** A line of a cassette. */
export type CassetteRecord =
  | HeaderRecord
  | BodyRecord
  | RequestRecord
  | ResponseRecord
  | FrameRecord
  | EndRecord
  | ObjectRecord
  | ChangeRecord;
