/** One connection or UDP flow through the proxy. */
import type { Protocol, Source } from '@towtank/network';
import type { Endpoint } from './endpoint.ts';
import type { Frontend, FrontendKind, ServicePortInfo } from './service-info.ts';

/**
 * How a connection stands: `open`; `closed` by either side, or for a UDP flow by silence or the end of its back end;
 * `reset`; `refused` for want of endpoints; `dropped` by a policy; `failed` when no endpoint took it or the client went
 * away first.
 */
export type Outcome = 'open' | 'closed' | 'reset' | 'refused' | 'dropped' | 'failed';

/** Counts the bytes of an open connection. */
export interface ByteCounter {
  readonly sent: number;
  readonly received: number;
}

/** A connection from a client to an endpoint. For UDP, the datagrams of one client to one address. */
export class Connection {
  readonly protocol: Protocol;
  /** `namespace/name` of the Service. */
  readonly service: string;
  /** The name of the Service's port; empty where it has none. */
  readonly portName: string;
  /** Which kind of address the client used. */
  readonly frontend: FrontendKind;
  /** The address that the client used. */
  readonly address: { readonly ip: string; readonly port: number };
  readonly client: Source;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  closedAt: number | undefined;
  outcome: Outcome = 'open';
  /** The endpoint that took the connection. */
  endpoint: { readonly ip: string; readonly port: number } | undefined;
  /** `namespace/name` of the endpoint's pod. */
  pod: string | undefined;
  /** The node of the endpoint. */
  nodeName: string | undefined;
  /** How many endpoints were tried. */
  attempts = 0;
  #bytes: ByteCounter = { sent: 0, received: 0 };

  constructor(port: ServicePortInfo, frontend: Frontend, { client, openedAt }: { client: Source; openedAt: number }) {
    this.protocol = port.protocol;
    this.service = port.service;
    this.portName = port.name;
    this.frontend = frontend.kind;
    this.address = { ip: frontend.ip, port: frontend.port };
    this.client = client;
    this.openedAt = openedAt;
  }

  /** Bytes from the client to the endpoint so far. */
  get bytesSent(): number {
    return this.#bytes.sent;
  }

  /** Bytes from the endpoint to the client so far. */
  get bytesReceived(): number {
    return this.#bytes.received;
  }

  /** Notes which endpoint took the connection and where its bytes are counted. */
  established({ ip, port, pod, nodeName }: Endpoint, bytes: ByteCounter): void {
    this.endpoint = { ip, port };
    this.pod = pod;
    this.nodeName = nodeName;
    this.#bytes = bytes;
  }

  /** Notes the end. */
  ended(outcome: Outcome, at: number): void {
    this.outcome = outcome;
    this.closedAt = at;
    this.#bytes = { sent: this.bytesSent, received: this.bytesReceived };
  }
}
