/** What the API server needs of the nodes to reach into pods: an interface that it is given. */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { TerminalSize } from './terminal-sizes.ts';

/** Which container of which pod. */
export interface ContainerTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
}

/** Which log, and how much of it. */
export interface LogRequest extends ContainerTarget {
  readonly follow?: boolean | undefined;
  readonly previous?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly timestamps?: boolean | undefined;
  readonly limitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A command with its streams. */
export interface ExecRequest extends ContainerTarget {
  readonly command: readonly string[];
  readonly stdin?: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty?: boolean | undefined;
  /** Sizes of the client's terminal; undefined where it has none. */
  readonly resizes?: AsyncIterable<TerminalSize> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The streams of whoever attaches. */
export interface AttachRequest extends ContainerTarget {
  readonly stdin?: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty?: boolean | undefined;
  readonly resizes?: AsyncIterable<TerminalSize> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The nodes, as far as the API server knows them. Failures are StatusErrors in the kubelet's words. */
export interface NodeConnector {
  /** Reads a log. Throws at once where there is no such log. */
  logs(request: LogRequest): AsyncIterable<Uint8Array>;
  /** Runs a command to its end and resolves with its exit code. */
  exec(request: ExecRequest): Promise<number>;
  /** Copies what the container writes from now on, and to it what the client sends; resolves when the container ends. */
  attach(request: AttachRequest): Promise<void>;
  /** Connects to a port of a pod. Rejects as a socket does. */
  connect(request: { readonly namespace: string; readonly pod: string; readonly port: number }): Promise<Duplex>;
  /** Connects to an address of the cluster's network. Rejects as a socket does. */
  dial(address: { readonly host: string; readonly port: number }): Promise<Duplex>;
}
