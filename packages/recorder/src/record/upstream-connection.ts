/** Sends requests to the upstream, with or without its credentials. */
import http from 'node:http';
import https from 'node:https';
import type { Upstream } from './upstream.ts';

/** A request on its way to the upstream. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, without the prefix of the upstream. */
  readonly url: string;
  readonly headers: http.OutgoingHttpHeaders;
  /** Whether the request is made with the upstream's credentials. */
  readonly lent: boolean;
}

/** Keeps connections to the upstream. */
export class UpstreamConnection {
  readonly #upstream: Upstream;
  readonly #url: URL;
  readonly #prefix: string;
  /** A client certificate belongs to a connection, so that those with and without it are kept apart. */
  readonly #lent: http.Agent;
  readonly #plain: http.Agent;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#url = new URL(upstream.server);
    this.#prefix = this.#url.pathname.replace(/\/$/, '');
    this.#plain = this.#agent({});
    const { clientCert, clientKey } = upstream;
    const identity = clientCert === undefined ? {} : { cert: clientCert, key: clientKey };
    this.#lent = this.#agent(identity);
  }

  /** Host and port of the upstream. */
  get host(): string {
    return this.#url.host;
  }

  /** Begins a request; the caller sends its body and ends it. */
  send({ method, url, headers, lent }: UpstreamRequest): http.ClientRequest {
    const { token, username, password = '' } = this.#upstream;
    const authorization =
      token !== undefined
        ? `Bearer ${token}`
        : username !== undefined
          ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
          : undefined;
    const request = this.#url.protocol === 'https:' ? https.request : http.request;
    return request({
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port || (this.#url.protocol === 'https:' ? 443 : 80),
      agent: lent ? this.#lent : this.#plain,
      method,
      path: this.#prefix + url,
      headers: { ...headers, host: this.host, ...(lent && authorization !== undefined ? { authorization } : {}) },
    });
  }

  /** Ends every connection. */
  close(): void {
    this.#lent.destroy();
    this.#plain.destroy();
  }

  #agent(identity: https.AgentOptions): http.Agent {
    if (this.#url.protocol === 'http:') return new http.Agent({ keepAlive: true });
    const { caPem, tlsServerName, insecureSkipTlsVerify } = this.#upstream;
    return new https.Agent({
      keepAlive: true,
      ...(caPem === undefined ? {} : { ca: caPem }),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      rejectUnauthorized: insecureSkipTlsVerify !== true,
      ...identity,
    });
  }
}
