/** The handlers of subresources that do more than show or change a half of an object. */
import { updateHandler } from '../endpoints/write-handlers.ts';
import type { HandlerTable } from './resource-router.ts';

/** Handlers by `resource/subresource`. */
export const resourceHandlers = (): HandlerTable => ({
  'namespaces/finalize': { update: updateHandler },
});
