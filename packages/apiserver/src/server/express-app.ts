/** The API server as an express application: for supertest, or mounted beside somebody's own routes. */
import type { Express } from 'express';
import type { ApiServer } from './api-server.ts';
import { requestListener } from './http-listener.ts';

/**
 * An application that answers every path with the API server. It may be mounted under a prefix; bodies must not have
 * been read by a parser before. The server's own listener is several times faster: express is for composing, and is
 * loaded by the first call only.
 *
 * @example
 * app.use('/cluster', await expressApp(apiServer));
 */
export async function expressApp(apiServer: ApiServer): Promise<Express> {
  const { default: express } = await import('express');
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestListener(apiServer));
  return app;
}
