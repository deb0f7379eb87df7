/** A container image as a JavaScript function. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Random } from '@towtank/apimachinery';
import type { VirtualNetwork } from '@towtank/network';
import type { Container, Pod } from '../pod/pod.ts';

/** What an image function learns about the container that it plays. */
export interface ContainerContext {
  /** The Pod as it was when the container started. */
  readonly pod: Pod;
  readonly container: Container;
  /** Variables from the spec, ConfigMaps, Secrets, fields and Services, as the kubelet resolves them. */
  readonly env: Readonly<Record<string, string>>;
  /** What `kubectl attach -i` sends, where the spec has `stdin`; at its end at once where it has not. */
  readonly stdin: Readable;
  /** Writes a line to the container's log: what `kubectl logs` shows. */
  readonly log: (...values: unknown[]) => void;
  /** Aborted when the container is told to stop: SIGTERM. After the grace period it is cut off. */
  readonly signal: AbortSignal;
  /** How often this container has been started before, in this Pod. */
  readonly restartCount: number;
  readonly nodeName: string;
  readonly podIP: string;
  /**
   * The network, as this Pod sees it: what it connects to carries the Pod's address, so that traffic policies and
   * affinity hold.
   */
  readonly network: VirtualNetwork;
  /** The cluster's clock. A job that waits for a timer of it is not waited for when the cluster is to settle. */
  readonly clock: Clock;
  readonly random: Random;
  /** The text of a file that a ConfigMap, Secret, downward API or projected volume mounts; undefined where there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** Ends the container. */
  readonly exit: (code?: number) => void;
}

/** Answers HTTP requests; an express, koa-callback or connect application fits. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Takes raw TCP connections. */
export type TcpHandler = (socket: Socket) => unknown;

/** Takes datagrams; `reply` answers the sender. */
export type UdpHandler = (message: Buffer, reply: (data: Uint8Array | string) => void) => unknown;

/** Runs a command in a container; the result is its exit code, 0 for none. */
export type ExecFunction = (call: ExecCall) => unknown;

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A command that is run in a container. */
export interface ExecCall {
  readonly command: readonly string[];
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty: boolean;
  /** How large the caller's terminal is, and becomes; nothing where it has none. */
  readonly resizes: AsyncIterable<TerminalSize>;
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
}

/** What listens on one port. A server that is handed over does not listen yet. */
export type PortHandler =
  | HttpHandler
  | HttpServer
  | NetServer
  | { readonly http?: HttpHandler; readonly tcp?: TcpHandler; readonly udp?: UdpHandler };

/** What an image function may return to serve something. */
export type Service =
  | PortHandler
  | {
      /** By port name or number. */
      readonly ports?: Readonly<Record<string, PortHandler>>;
      readonly exec?: ExecFunction;
      /** Called when the container is told to stop; what it returns is waited for, up to the grace period. */
      readonly stop?: () => unknown;
    };

/**
 * Plays a container. What it returns decides: something that serves is bound to the container's ports; a promise is a
 * job, which ends with exit code 0 when it resolves without a service and with 1 when it rejects; nothing at all runs
 * until it is told to stop. What it throws ends the container with exit code 1, or the error's `exitCode`.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is an image too
export type ImageFunction = (context: ContainerContext) => Service | void | Promise<Service | number | void>;

/** An image: a function, or one with commands to exec; an Error is an image that cannot be pulled. */
export type Image = ImageFunction | { readonly run?: ImageFunction; readonly exec?: ExecFunction } | Error;

/** Images by reference or pattern: `*` stands for any text. */
export type Images = Readonly<Record<string, Image>>;
