/** The seam between whoever calls the Kubernetes API and whoever answers it. */
import type { KubeObject } from './kube-object.ts';
import type { Status } from './status-error.ts';

/** Who makes a request. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Headers that name the flow of priority and fairness which a request belongs to. */
export interface FlowHeaders {
  readonly 'x-kubernetes-pf-flowschema-uid': string;
  readonly 'x-kubernetes-pf-prioritylevel-uid': string;
}

/** A request to the Kubernetes API, whichever way it travels. */
export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as bytes, where it came over a wire. */
  readonly body?: Uint8Array | undefined;
  /** The body as a value, where it did not. It is read, never changed. */
  readonly object?: unknown;
  /** Aborted when the caller no longer wants the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Identity that the transport has proven: an in-process caller, or a verified client certificate. */
  readonly user?: UserInfo | undefined;
  /** Whether the transport was shown a credential that does not hold: without another one that does, this is a 401. */
  readonly credentialRejected?: boolean | undefined;
  /** Told of the flow of the request, by a transport that shows it to its client. */
  readonly classified?: ((flow: FlowHeaders) => void) | undefined;
}

/** An answer that is one object, a list or a Status. */
export interface ObjectResponse {
  readonly type: 'object';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The value; frozen and shared where it comes from storage, so never change it. */
  readonly object: unknown;
  /** The bytes of the value in the negotiated representation: made when first asked for, then shared. */
  encode(): Uint8Array | readonly Uint8Array[];
}

/** An answer that is bytes: documents, plain text. */
export interface BytesResponse {
  readonly type: 'bytes';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An answer that goes on: a container's log, a proxied body. */
export interface StreamResponse {
  readonly type: 'stream';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** An answer that is a watch. */
export interface WatchResponse {
  readonly type: 'watch';
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  readonly watch: Watch;
}

/** An answer of the Kubernetes API. */
export type ApiResponse = ObjectResponse | BytesResponse | StreamResponse | WatchResponse;

/** One event of a watch. */
export interface WatchEvent<T = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** An event with its bytes: a JSON line, encoded once for all watchers of the same representation. */
export interface EncodedEvent extends WatchEvent<KubeObject | Status> {
  frame(): Uint8Array;
}

/** Where the events of a watch go. */
export interface WatchSink {
  /** Takes the next event. Events come in revision order, each once. */
  event(event: EncodedEvent): void;
  /** The watch has ended; nothing follows. */
  end(): void;
}

/** A watch that has been admitted and waits for its consumer. */
export interface Watch {
  /** Begins delivery; called once. Events that are already due may be delivered before it returns. */
  start(sink: WatchSink): void;
  /** Stops delivery. `end` of the sink is not called. */
  close(): void;
}

/** Carries requests to an API server: over HTTP, or straight into its handler. */
export interface Transport {
  /** Answers every request, failures included, with a response; rejects only when the server cannot be reached. */
  request(request: ApiRequest): Promise<ApiResponse>;
  /** Frees what the transport holds open. */
  close(): Promise<void>;
}
