/** The API server that is recorded: where it is and how to be known there. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Clock, realClock } from '@towtank/apimachinery';
import { type Credential, CredentialPlugin, type CredentialSource, type PluginSpec } from './credential-plugin.ts';

/** Name of the part of a cluster that credential plugins are told. */
const PLUGIN_EXTENSION = 'client.authentication.k8s.io/exec';

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
  /** Gives credentials that do not last, in place of the others. */
  readonly plugin?: CredentialSource;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** The namespace that clients work in by default. */
  readonly namespace?: string;
}

/**
 * The upstream that a kubeconfig names, given as YAML text or as the path of a file; files that it names are looked up
 * beside it. A credential plugin (`exec`) is run, to see whether it works. Throws an Error that says what is missing.
 */
export async function readUpstream(yamlOrPath: string, context?: string, clock: Clock = realClock): Promise<Upstream> {
  const isText = yamlOrPath.includes('\n') || yamlOrPath.trimStart().startsWith('{');
  const text = isText ? yamlOrPath : await readFile(yamlOrPath, 'utf8');
  const folder = isText ? '.' : dirname(yamlOrPath);
  const { parse } = await import('yaml');
  const config = (parse(text) ?? {}) as Fields;
  const name = context ?? String(config['current-context'] ?? '');
  const { cluster, user, namespace } = named(config, 'contexts', name, 'context') as Readonly<Record<string, string>>;
  const clusterFields = named(config, 'clusters', cluster ?? '', 'cluster');
  const environment = { folder, clock, cluster: clusterFields };
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(await clusterOf(clusterFields, folder)),
    ...(user ? await userOf(named(config, 'users', user, 'user'), environment) : {}),
  };
}

/** Everything of an upstream that must not be found in a cassette. */
export function credentialsOf({
  token,
  clientKey,
  clientCert,
  password,
}: Credential & Pick<Upstream, 'password'>): string[] {
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

async function userOf(
  user: Fields,
  environment: { readonly folder: string; readonly clock: Clock; readonly cluster: Fields },
): Promise<Partial<Upstream>> {
  const { folder } = environment;
  if (user['auth-provider'] !== undefined) return { token: idTokenOf(user['auth-provider'] as Provider) };
  if (user.exec !== undefined) {
    const plugin = new CredentialPlugin(user.exec as PluginSpec, { ...environment, cluster: await told(environment) });
    await plugin.credential();
    return { plugin };
  }
  const { tokenFile, token } = user;
  return defined({
    clientCert: await pemOf(user, 'client-certificate', folder),
    clientKey: await pemOf(user, 'client-key', folder),
    token: typeof tokenFile === 'string' ? (await readFile(resolve(folder, tokenFile), 'utf8')).trim() : token,
    username: user.username,
    password: user.password,
  });
}

interface Provider {
  readonly name?: string;
  readonly config?: Readonly<Record<string, string>> | null;
}

/** Of the providers that client-go once had, `oidc` alone is left. Its token is used as it is, and not renewed. */
function idTokenOf({ name = '', config }: Provider): string {
  const token = name === 'oidc' ? config?.['id-token'] : undefined;
  if (token !== undefined) return token;
  const what =
    name === 'oidc' ? 'the auth-provider "oidc" has no id-token yet' : `there is no auth-provider "${name}" any more`;
  throw new Error(`${what}: use a credential plugin, \`exec\``);
}

/** The cluster as a credential plugin is told of it: files in place, and the extension that is meant for plugins. */
async function told({ cluster, folder }: { readonly cluster: Fields; readonly folder: string }): Promise<Fields> {
  const { 'certificate-authority': _, extensions, ...fields } = cluster;
  const authority = await pemOf(cluster, 'certificate-authority', folder);
  const named = ((extensions ?? []) as readonly Fields[]).find(({ name }) => name === PLUGIN_EXTENSION);
  return {
    ...fields,
    ...(authority === undefined ? {} : { 'certificate-authority-data': Buffer.from(authority).toString('base64') }),
    ...(named === undefined ? {} : { config: named.extension }),
  };
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
