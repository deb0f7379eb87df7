/** Reads a kubeconfig. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Transport } from '@towtank/apimachinery';
import { type HttpTransportOptions, httpTransport } from './http-transport.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A transport to the cluster of a kubeconfig, given as YAML text or as the path of a file; files that it names are
 * looked up beside it. `context` is the current one by default. Throws an Error that says what is missing; credential
 * plugins (`exec`, `auth-provider`) are not run.
 */
export const transportFromKubeconfig = async (yamlOrPath: string, context?: string): Promise<Transport> =>
  httpTransport(await readKubeconfig(yamlOrPath, context));

/** What a kubeconfig says of one context, as options of {@link httpTransport}. */
export async function readKubeconfig(yamlOrPath: string, context?: string): Promise<HttpTransportOptions> {
  const isText = yamlOrPath.includes('\n') || yamlOrPath.trimStart().startsWith('{');
  const text = isText ? yamlOrPath : await readFile(yamlOrPath, 'utf8');
  const folder = isText ? '.' : dirname(yamlOrPath);
  const { parse } = await import('yaml');
  const config = (parse(text) ?? {}) as Fields;
  const name = context ?? String(config['current-context'] ?? '');
  const { cluster, user } = namedEntry(config, 'contexts', name, 'context') as { cluster?: string; user?: string };
  return {
    ...(await clusterOptions(namedEntry(config, 'clusters', cluster ?? '', 'cluster'), folder)),
    ...(user ? await userOptions(namedEntry(config, 'users', user, 'user'), folder) : {}),
  };
}

function namedEntry(config: Fields, list: string, name: string, field: string): Fields {
  const entries = (config[list] ?? []) as readonly Fields[];
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`the kubeconfig has no ${field} named "${name}"`);
  return (entry[field] ?? {}) as Fields;
}

async function clusterOptions(cluster: Fields, folder: string): Promise<HttpTransportOptions> {
  if (typeof cluster.server !== 'string') throw new Error('the cluster of the kubeconfig names no server');
  const caPem = await pemOf(cluster, 'certificate-authority', folder);
  return {
    server: cluster.server,
    ...(caPem === undefined ? {} : { caPem }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(typeof cluster['tls-server-name'] === 'string' ? { tlsServerName: cluster['tls-server-name'] } : {}),
  };
}

async function userOptions(user: Fields, folder: string): Promise<Partial<HttpTransportOptions>> {
  for (const plugin of ['exec', 'auth-provider'])
    if (user[plugin] !== undefined) throw new Error(`credentials from "${plugin}" are not supported`);
  const clientCert = await pemOf(user, 'client-certificate', folder);
  const clientKey = await pemOf(user, 'client-key', folder);
  const token = typeof user.tokenFile === 'string' ? await readToken(resolve(folder, user.tokenFile)) : user.token;
  return {
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(typeof token === 'string' ? { token } : {}),
    ...(typeof user.username === 'string' ? { username: user.username } : {}),
    ...(typeof user.password === 'string' ? { password: user.password } : {}),
  };
}

const readToken = async (path: string): Promise<string> => (await readFile(path, 'utf8')).trim();

/** A PEM given inline as base64, or as the path of a file. */
async function pemOf(fields: Fields, name: string, folder: string): Promise<string | undefined> {
  const data = fields[`${name}-data`];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const path = fields[name];
  return typeof path === 'string' ? readFile(resolve(folder, path), 'utf8') : undefined;
}
