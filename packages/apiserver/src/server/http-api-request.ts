/** A request as it comes over HTTP. */
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';
import { type ApiRequest, type FlowHeaders, requestEntityTooLarge, type UserInfo } from '@towtank/apimachinery';
import type { ClientIdentity } from '../certificates/client-identity.ts';
import type { ApiServer } from './api-server.ts';
import { MAX_BODY_BYTES } from './request-body.ts';

/** Stands for a body that is larger than the server takes. */
export const OVERSIZED: Buffer = Buffer.alloc(0);

const FLOW_SCHEMA = 'x-kubernetes-pf-flowschema-uid';
const PRIORITY_LEVEL = 'x-kubernetes-pf-prioritylevel-uid';

/** A request that has come as a whole, and who has sent it. */
export interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: Buffer | undefined;
  readonly identity: ClientIdentity;
}

/** A request as the core takes it. A class, because a literal with an accessor costs each request more. */
export class HttpApiRequest implements ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly user: UserInfo | undefined;
  readonly credentialRejected: boolean;
  readonly #body: Buffer | undefined;
  readonly #res: ServerResponse;
  readonly #auditId: string;
  #flow: FlowHeaders | undefined;
  #controller: AbortController | undefined;

  constructor({ req, res, body, identity }: Arrival, auditIdOf: ApiServer['auditIdOf']) {
    this.method = req.method ?? 'GET';
    this.url = req.url ?? '/';
    this.headers = req.headers as Record<string, string>;
    this.user = identity.user;
    this.credentialRejected = identity.rejected;
    this.#body = body;
    this.#res = res;
    this.#auditId = auditIdOf(this.headers);
    this.#flow = undefined;
  }

  /** Throws 413 for a body that is too large: only who may write at all, and where one is read, learns of that. */
  get body(): Buffer | undefined {
    if (this.#body === OVERSIZED) throw requestEntityTooLarge(MAX_BODY_BYTES);
    return this.#body;
  }

  classified(flow: FlowHeaders): void {
    this.#flow = flow;
  }

  /** Adds what every answer says of its request: its id, and its flow where it has one. */
  addHeaders(fields: OutgoingHttpHeader[]): void {
    fields.push('audit-id', this.#auditId);
    const flow = this.#flow;
    if (flow !== undefined) fields.push(FLOW_SCHEMA, flow[FLOW_SCHEMA], PRIORITY_LEVEL, flow[PRIORITY_LEVEL]);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      // a client may be gone before its request is served
      if (this.#res.destroyed) controller.abort();
      else this.#res.once('close', () => controller.abort());
    }
    return this.#controller.signal;
  }
}
