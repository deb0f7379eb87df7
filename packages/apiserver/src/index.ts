/** A Kubernetes API server in one process. */
export { type KubeconfigCredential, type KubeconfigOptions, kubeconfigFor } from './authentication/kubeconfig.ts';
export {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyedCertificate,
  processCertificateAuthority,
} from './certificates/certificate-authority.ts';
export { type ClientIdentity, clientIdentity } from './certificates/client-identity.ts';
export type {
  AttachRequest,
  ContainerTarget,
  ExecRequest,
  LogRequest,
  NodeConnector,
} from './connect/node-connector.ts';
export { ApiServer } from './server/api-server.ts';
export {
  type ApiServerOptions,
  buildApiServer,
  DEFAULT_ADVERTISED_ADDRESS,
  SERVER_USER,
} from './server/build-api-server.ts';
export { expressApp } from './server/express-app.ts';
export {
  type ConnectionTimeouts,
  type Listener,
  type ListenOptions,
  listen,
  requestListener,
  type TlsOptions,
} from './server/http-listener.ts';
export { ADMIN_USER, type SecurityOptions } from './server/security.ts';
export { type UpgradeListener, webSocketListener } from './server/web-socket.ts';
