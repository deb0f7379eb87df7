/** A kubeconfig for clients of a server on loopback. */

/** What a client needs. */
export interface ClientKubeconfigOptions {
  readonly server: string;
  readonly token?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The kubeconfig as text: JSON, which is YAML too. */
export function clientKubeconfig({ server, token = 'towtank', namespace }: ClientKubeconfigOptions): string {
  const context = { cluster: 'towtank', user: 'towtank', ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'towtank', cluster: { server } }],
    users: [{ name: 'towtank', user: { token } }],
    contexts: [{ name: 'towtank', context }],
    'current-context': 'towtank',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
