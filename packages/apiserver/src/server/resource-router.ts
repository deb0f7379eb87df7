/** Finds the handler of a resource request. */
import { type ApiResponse, methodNotAllowed, resourceNotFound } from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { deleteCollectionHandler, deleteHandler } from '../endpoints/delete-handlers.ts';
import { patchHandler } from '../endpoints/patch-handler.ts';
import { getHandler, listHandler, watchHandler } from '../endpoints/read-handlers.ts';
import { createHandler, updateHandler } from '../endpoints/write-handlers.ts';

/** Serves one verb of one resource or subresource. */
export type Handler = (call: ApiCall) => ApiResponse | Promise<ApiResponse>;

/** The handlers of a subresource, or of a resource of which nothing is stored, by verb. */
export type Handlers = Readonly<Record<string, Handler>>;

const VERBS: Handlers = {
  get: getHandler,
  list: listHandler,
  watch: watchHandler,
  create: createHandler,
  update: updateHandler,
  patch: patchHandler,
  delete: deleteHandler,
  deletecollection: deleteCollectionHandler,
};

/**
 * Handlers by `resource/subresource` with the group's name behind a dot where it has one (`deployments.apps/scale`),
 * by resource alone for what is not stored (`subjectaccessreviews.authorization.k8s.io`), or by a star for the subresource
 * of every other resource that has one.
 */
export type HandlerTable = Readonly<Record<string, Handlers>>;

/** The handler for a call. Throws 404 for what is not served and 405 for verbs that it does not know. */
export function route(call: ApiCall, table: HandlerTable): Handler {
  const { attributes, served } = call;
  const { resource } = served;
  const qualified = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
  const handlers =
    attributes.subresource === '' ? (table[qualified] ?? VERBS) : subresourceHandlers(call, qualified, table);
  const handler = Object.hasOwn(handlers, attributes.verb) ? handlers[attributes.verb] : undefined;
  const known = attributes.subresource !== '' || resource.verbs.includes(attributes.verb);
  if (handler === undefined || !known) throw methodNotAllowed();
  return handler;
}

function subresourceHandlers({ attributes, served }: ApiCall, qualified: string, table: HandlerTable): Handlers {
  const row = served.resource.subresources.find(({ subresource }) => subresource === attributes.subresource);
  const handlers = table[`${qualified}/${attributes.subresource}`] ?? table[`*/${attributes.subresource}`];
  if (row === undefined || handlers === undefined) throw resourceNotFound();
  return handlers;
}
