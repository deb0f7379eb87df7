/** Sends requests to the upstream, with or without its credentials. */
import http from 'node:http';
import https from 'node:https';
import type { Credential } from './credential-plugin.ts';
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
  readonly #plain: http.Agent;
  #lent: http.Agent;
  #credential: Credential = {};
  readonly #issued: (credential: Credential) => void;

  /** `issued` is told of each credential before it is used: it must not be found in a cassette. */
  constructor(upstream: Upstream, issued: (credential: Credential) => void = () => {}) {
    this.#upstream = upstream;
    this.#issued = issued;
    this.#url = new URL(upstream.server);
    this.#prefix = this.#url.pathname.replace(/\/$/, '');
    this.#plain = this.#agent({});
    this.#lent = this.#agent(identityOf(upstream));
  }

  /** Host and port of the upstream. */
  get host(): string {
    return this.#url.host;
  }

  /**
   * Begins a request; the caller sends its body and ends it. Rejects where the credentials that it needs are not to be
   * had.
   */
  async send({ method, url, headers, lent }: UpstreamRequest): Promise<http.ClientRequest> {
    const authorization = await (lent ? this.#authorization() : undefined);
    const send = this.#url.protocol === 'https:' ? https.request : http.request;
    const request = send({
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port || (this.#url.protocol === 'https:' ? 443 : 80),
      agent: lent ? this.#lent : this.#plain,
      method,
      path: this.#prefix + url,
      headers: { ...headers, host: this.host, ...(authorization === undefined ? {} : { authorization }) },
    });
    const { plugin } = this.#upstream;
    if (lent && plugin !== undefined)
      request.on('response', ({ statusCode }) => {
        if (statusCode === 401) plugin.forget();
      });
    return request;
  }

  async #authorization(): Promise<string | undefined> {
    const { plugin, username, password = '' } = this.#upstream;
    const issued = await plugin?.credential();
    if (issued !== undefined) this.#use(issued);
    const { token } = { ...this.#upstream, ...issued };
    if (token !== undefined) return `Bearer ${token}`;
    return username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /** A new certificate needs new connections. */
  #use(issued: Credential): void {
    if (issued === this.#credential) return;
    this.#issued(issued);
    if (issued.clientCert !== this.#credential.clientCert)
      this.#lent = this.#agent(identityOf({ ...this.#upstream, ...issued }));
    this.#credential = issued;
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

const identityOf = ({ clientCert, clientKey }: Credential): https.AgentOptions =>
  clientCert === undefined ? {} : { cert: clientCert, key: clientKey };
