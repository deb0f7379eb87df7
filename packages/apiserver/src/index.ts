/** A Kubernetes API server in one process. */
export { ApiServer } from './server/api-server.ts';
export {
  type ApiServerOptions,
  buildApiServer,
  DEFAULT_ADVERTISED_ADDRESS,
  SERVER_USER,
} from './server/build-api-server.ts';
export { type Listener, type ListenOptions, listen, requestListener, type TlsOptions } from './server/http-listener.ts';
