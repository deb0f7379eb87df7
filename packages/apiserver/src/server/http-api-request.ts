/** A request as it comes over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApiRequest, type FlowHeaders, requestEntityTooLarge, type UserInfo } from '@towtank/apimachinery';
import type { ClientIdentity } from '../certificates/client-identity.ts';
import { MAX_BODY_BYTES } from './request-body.ts';

/** Stands for a body that is larger than the server takes. */
export const OVERSIZED: Buffer = Buffer.alloc(0);

/** A request as the core takes it. A class, because a literal with an accessor costs each request more. */
export class HttpApiRequest implements ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly user: UserInfo | undefined;
  readonly credentialRejected: boolean;
  readonly #body: Buffer | undefined;
  readonly #res: ServerResponse;
  #controller: AbortController | undefined;
  /** What the answer says of the request's flow. */
  flow: FlowHeaders | undefined;

  constructor(req: IncomingMessage, body: Buffer | undefined, res: ServerResponse, identity: ClientIdentity) {
    this.method = req.method ?? 'GET';
    this.url = req.url ?? '/';
    this.headers = req.headers as Record<string, string>;
    this.user = identity.user;
    this.credentialRejected = identity.rejected;
    this.#body = body;
    this.#res = res;
    this.flow = undefined;
  }

  /** Throws 413 for a body that is too large: only who may write at all, and where one is read, learns of that. */
  get body(): Buffer | undefined {
    if (this.#body === OVERSIZED) throw requestEntityTooLarge(MAX_BODY_BYTES);
    return this.#body;
  }

  classified(flow: FlowHeaders): void {
    this.flow = flow;
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
