/** The API server that is recorded: where it is and how to be known there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

/** An API server and the credentials for it. */
export interface Upstream {
  /** For example `https://127.0.0.1:6443`; a path prefix is kept. */
  readonly server: string;
  readonly token?: string;
  /** The authorities to trust, PEM. */
  readonly caPem?: string;
  /** Client certificate and key, PEM. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly username?: string;
  readonly password?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** The namespace that clients work in by default. */
  readonly namespace?: string;
}

/**
 * The upstream that a kubeconfig names, given as YAML text or as the path of a file; files that it names are looked up
 * beside it. A credential plugin (`exec`) is run once. Throws an Error that says what is missing.
 */
export async function readUpstream(yamlOrPath: string, context?: string): Promise<Upstream> {
  const isText = yamlOrPath.includes('\n') || yamlOrPath.trimStart().startsWith('{');
  const text = isText ? yamlOrPath : await readFile(yamlOrPath, 'utf8');
  const folder = isText ? '.' : dirname(yamlOrPath);
  const { parse } = await import('yaml');
  const config = (parse(text) ?? {}) as Fields;
  const name = context ?? String(config['current-context'] ?? '');
  const { cluster, user, namespace } = named(config, 'contexts', name, 'context') as Readonly<Record<string, string>>;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(await clusterOf(named(config, 'clusters', cluster ?? '', 'cluster'), folder)),
    ...(user ? await userOf(named(config, 'users', user, 'user'), folder) : {}),
  };
}

/** Everything of an upstream that must not be found in a cassette. */
export function credentialsOf({ token, clientKey, clientCert, password }: Upstream): string[] {
  const texts = [token, clientKey, clientCert, password].filter((text): text is string => text !== undefined);
  return texts.flatMap((text) => [text, text.trim(), Buffer.from(text).toString('base64')]);
}

function named(config: Fields, list: string, name: string, field: string): Fields {
  const entry = ((config[list] ?? []) as readonly Fields[]).find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`the kubeconfig has no ${field} named "${name}"`);
  return (entry[field] ?? {}) as Fields;
}

async function clusterOf(cluster: Fields, folder: string): Promise<Upstream> {
  const { server } = cluster;
  if (typeof server !== 'string' || !/^https?:\/\//.test(server))
    throw new Error('the cluster of the kubeconfig names no server that is http or https');
  const tlsServerName = cluster['tls-server-name'];
  return defined({
    server,
    caPem: await pemOf(cluster, 'certificate-authority', folder),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true ? true : undefined,
    tlsServerName: typeof tlsServerName === 'string' ? tlsServerName : undefined,
  }) as unknown as Upstream;
}

async function userOf(user: Fields, folder: string): Promise<Partial<Upstream>> {
  if (user['auth-provider'] !== undefined) throw new Error('credentials from "auth-provider" are not supported');
  if (user.exec !== undefined) return runPlugin(user.exec as Plugin, folder);
  const { tokenFile, token } = user;
  return defined({
    clientCert: await pemOf(user, 'client-certificate', folder),
    clientKey: await pemOf(user, 'client-key', folder),
    token: typeof tokenFile === 'string' ? (await readFile(resolve(folder, tokenFile), 'utf8')).trim() : token,
    username: user.username,
    password: user.password,
  });
}

interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/** Runs a credential plugin as client-go does: it prints an ExecCredential. */
async function runPlugin({ apiVersion, command, args, env }: Plugin, folder: string): Promise<Partial<Upstream>> {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const program = command.includes('/') ? resolve(folder, command) : command;
  const { stdout } = await promisify(execFile)(program, [...(args ?? [])], {
    env: { ...process.env, ...variables, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
  });
  const { status = {} } = JSON.parse(stdout) as { status?: Fields };
  return defined({
    token: status.token,
    clientCert: status.clientCertificateData,
    clientKey: status.clientKeyData,
  });
}

/** A PEM given inline as base64, or as the path of a file. */
async function pemOf(fields: Fields, name: string, folder: string): Promise<string | undefined> {
  const data = fields[`${name}-data`];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const path = fields[name];
  return typeof path === 'string' ? readFile(resolve(folder, path), 'utf8') : undefined;
}

const defined = (fields: Fields): Partial<Upstream> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
