/** Credentials that a program prints, as `users[].user.exec` of a kubeconfig asks for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Clock, realClock } from '@towtank/apimachinery';

/** What a user is known by. */
export interface Credential {
  readonly token?: string;
  /** Client certificate and key, PEM. */
  readonly clientCert?: string;
  readonly clientKey?: string;
}

/** Where credentials come from that do not last. */
export interface CredentialSource {
  /** The credential to use now. Rejects with an Error that says why there is none. */
  credential(): Promise<Credential>;
  /** The one that was given last has been refused; another one is needed. */
  forget(): void;
}

/** The fields of `exec` in a kubeconfig. */
export interface PluginSpec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
}

/** What a plugin runs with. */
export interface PluginOptions {
  /** Where relative paths begin. */
  readonly folder: string;
  /** The cluster as plugins are told of it, where they ask. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

interface Issued {
  readonly credential: Credential;
  readonly expiresAt: number;
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/**
 * Runs a credential plugin as client-go does: at first use, again once what it printed has expired or was refused.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export class CredentialPlugin implements CredentialSource {
  readonly #spec: PluginSpec;
  readonly #options: PluginOptions;
  #issued: Promise<Issued> | undefined;

  /** Throws an Error for a plugin that cannot be run whatever it does. */
  constructor(spec: PluginSpec, options: PluginOptions) {
    this.#spec = spec;
    this.#options = options;
    if (!VERSIONS.includes(spec.apiVersion ?? ''))
      throw new Error(
        `the credential plugin has the apiVersion "${spec.apiVersion ?? ''}": it must be ${VERSIONS.join(' or ')}`,
      );
    if (typeof spec.command !== 'string' || spec.command === '')
      throw new Error('the credential plugin names no command');
    if (spec.interactiveMode === 'Always' && !process.stdin.isTTY)
      throw new Error(`the credential plugin ${spec.command} asks for a terminal, and there is none`);
  }

  async credential(): Promise<Credential> {
    const { clock = realClock } = this.#options;
    const last = this.#issued;
    const issued = await (last ?? this.#renew());
    if (clock.now() < issued.expiresAt) return issued.credential;
    // Whoever comes first renews for all.
    return (await (this.#issued === last || this.#issued === undefined ? this.#renew() : this.#issued)).credential;
  }

  forget(): void {
    this.#issued = undefined;
  }

  #renew(): Promise<Issued> {
    const issued = this.#run().then((text) => issuedBy(text, this.#spec));
    issued.catch(() => this.forget()); // the next request tries again
    this.#issued = issued;
    return issued;
  }

  async #run(): Promise<string> {
    const { command = '', args, env, interactiveMode, apiVersion, provideClusterInfo } = this.#spec;
    const { folder, cluster } = this.#options;
    const interactive = interactiveMode !== 'Never' && process.stdin.isTTY === true;
    const info = {
      kind: 'ExecCredential',
      apiVersion,
      spec: { ...(provideClusterInfo === true && cluster !== undefined ? { cluster } : {}), interactive },
    };
    const child = spawn(command.includes('/') ? resolve(folder, command) : command, [...(args ?? [])], {
      env: {
        ...process.env,
        ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
      },
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
    });
    const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
    const [code, signal] = await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
      throw new Error(failedToStart(this.#spec, cause), { cause });
    });
    if (code !== 0)
      throw new Error(
        `the credential plugin ${command} ended with ${code ?? signal}: ${stderr().trim() || stdout().trim()}`,
      );
    return stdout();
  }
}

function failedToStart({ command, installHint }: PluginSpec, cause: NodeJS.ErrnoException): string {
  const reason = cause.code === 'ENOENT' ? 'is not installed' : `cannot be started: ${cause.message}`;
  return [`the credential plugin ${command} ${reason}`, installHint?.trim()].filter(Boolean).join('\n');
}

function textOf(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

interface Printed {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

/** What a plugin printed, held to the rules of client-go. */
function issuedBy(text: string, { command, apiVersion }: PluginSpec): Issued {
  const wrong = (what: string, options?: ErrorOptions): Error =>
    new Error(`the credential plugin ${command} ${what}`, options);
  let printed: Printed;
  try {
    printed = JSON.parse(text) as Printed;
  } catch (cause) {
    throw wrong(`printed what is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (printed?.kind !== 'ExecCredential') throw wrong(`printed no ExecCredential but "${printed?.kind ?? ''}"`);
  if (printed.apiVersion !== apiVersion)
    throw wrong(`was asked for ${apiVersion} and answered with ${printed.apiVersion ?? ''}`);
  const {
    token,
    clientCertificateData: clientCert,
    clientKeyData: clientKey,
    expirationTimestamp,
  } = printed.status ?? {};
  if ((clientCert === undefined) !== (clientKey === undefined))
    throw wrong('printed a certificate without a key, or a key without a certificate');
  if (!token && clientCert === undefined) throw wrong('printed neither a token nor a certificate');
  const expiresAt = expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAt))
    throw wrong(`printed the expirationTimestamp "${expirationTimestamp}", which is no time`);
  return {
    expiresAt,
    credential: {
      ...(token ? { token } : {}),
      ...(clientCert === undefined || clientKey === undefined ? {} : { clientCert, clientKey }),
    },
  };
}
