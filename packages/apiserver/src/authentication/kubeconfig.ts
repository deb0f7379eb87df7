/** The kubeconfig file: how kubectl, helm and client libraries find a cluster and prove who they are. */

/** How the user of a kubeconfig proves who it is. */
export type KubeconfigCredential =
  | { readonly token: string }
  | { readonly clientCertPem: string; readonly clientKeyPem: string };

/** What a kubeconfig says. */
export interface KubeconfigOptions {
  /** URL of the API server. */
  readonly server: string;
  /** Certificate of the authority that signed the server's; leave it out for plain HTTP. */
  readonly caPem?: string | undefined;
  /** Leave it out for a server that asks for none. */
  readonly credential?: KubeconfigCredential | undefined;
  /** Name of cluster, user and context; `towtank` unless told otherwise. */
  readonly name?: string;
  /** Namespace of the context; `default` when left out. */
  readonly namespace?: string;
}

/** A kubeconfig as YAML text, with one cluster, one user and one current context. */
export function kubeconfigFor({ server, caPem, credential, name = 'towtank', namespace }: KubeconfigOptions): string {
  const quoted = JSON.stringify(name);
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `- name: ${quoted}`,
    '  cluster:',
    `    server: ${JSON.stringify(server)}`,
    ...(caPem === undefined ? [] : [`    certificate-authority-data: ${base64(caPem)}`]),
    'users:',
    `- name: ${quoted}`,
    ...userLines(credential),
    'contexts:',
    `- name: ${quoted}`,
    '  context:',
    `    cluster: ${quoted}`,
    `    user: ${quoted}`,
    ...(namespace === undefined ? [] : [`    namespace: ${JSON.stringify(namespace)}`]),
    `current-context: ${quoted}`,
    '',
  ].join('\n');
}

function userLines(credential: KubeconfigCredential | undefined): string[] {
  if (credential === undefined) return ['  user: {}'];
  if ('token' in credential) return ['  user:', `    token: ${JSON.stringify(credential.token)}`];
  return [
    '  user:',
    `    client-certificate-data: ${base64(credential.clientCertPem)}`,
    `    client-key-data: ${base64(credential.clientKeyPem)}`,
  ];
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
