/** An API server alone, on plain HTTP: what the benchmarks of the API measure. */
import type { ApiRequest, KubeObject, Transport } from '@towtank/apimachinery';
import { type ApiServer, buildApiServer, listen, SERVER_USER } from '@towtank/apiserver';

/** A running API server. */
export interface BenchedApi extends AsyncDisposable {
  readonly port: number;
  readonly apiServer: ApiServer;
  /** Creates an object in process. Throws when it is refused. */
  create(path: string, object: KubeObject): Promise<void>;
  /** The bytes that a GET is answered with. */
  get(path: string): Promise<Uint8Array>;
  readonly transport: Transport;
}

/** Starts an API server where every caller is the administrator. */
export async function startApi(): Promise<BenchedApi> {
  const apiServer = await buildApiServer({ authorization: 'RBAC' });
  const listener = await listen(apiServer, { userOf: () => SERVER_USER });
  const transport = apiServer.transport(SERVER_USER);
  const request = async (parts: Pick<ApiRequest, 'method' | 'url' | 'object'>): Promise<Uint8Array> => {
    const response = await transport.request({ headers: {}, ...parts });
    if (response.type !== 'object' || response.status >= 300)
      throw new Error(
        `${parts.method} ${parts.url}: ${JSON.stringify('object' in response ? response.object : response.type)}`,
      );
    const bytes = response.encode();
    return bytes instanceof Uint8Array ? bytes : Buffer.concat(bytes);
  };
  const create = async (url: string, object: KubeObject): Promise<void> =>
    void (await request({ method: 'POST', url, object }));
  // a controller would make it; pods are refused without it
  await create('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  });
  return {
    port: listener.port,
    apiServer,
    transport,
    create,
    get: (url) => request({ method: 'GET', url, object: undefined }),
    [Symbol.asyncDispose]: async () => {
      await listener.close();
      await apiServer.close();
    },
  };
}

/** The text of an HTTP request. */
export function httpRequest(method: string, path: string, body = ''): string {
  const length = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n${length}\r\n${body}`;
}
