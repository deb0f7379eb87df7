/** The handlers of subresources that reach into the cluster. */
import type { ApiResponse } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { attachHandler, execHandler } from './exec-handlers.ts';
import { logHandler } from './log-handler.ts';
import type { NodeConnector } from './node-connector.ts';
import { portForwardHandler } from './port-forward-handler.ts';
import { proxyHandler } from './proxy-handler.ts';

type ConnectHandler = (call: ApiCall) => ApiResponse | Promise<ApiResponse>;

/** Handlers by `resource/subresource`, and by verb. Without nodes they answer 503 for what is there. */
export function connectHandlers(
  nodes: NodeConnector | undefined,
): Readonly<Record<string, Readonly<Record<string, ConnectHandler>>>> {
  const on =
    (handler: (call: ApiCall, nodes: NodeConnector | undefined) => Promise<ApiResponse>): ConnectHandler =>
    (call) =>
      handler(call, nodes);
  const upgrade = (handler: ConnectHandler): Record<string, ConnectHandler> => ({ get: handler, create: handler });
  const proxy = on(proxyHandler);
  const anyMethod = { get: proxy, create: proxy, update: proxy, patch: proxy, delete: proxy };
  return {
    'nodes/proxy': anyMethod,
    'pods/attach': upgrade(on(attachHandler)),
    'pods/exec': upgrade(on(execHandler)),
    'pods/log': { get: on(logHandler) },
    'pods/portforward': upgrade(on(portForwardHandler)),
    'pods/proxy': anyMethod,
    'services/proxy': anyMethod,
  };
}
