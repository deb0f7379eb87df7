/** The handlers of subresources that do more than show or change a half of an object. */
import { patchHandler } from '../endpoints/patch-handler.ts';
import { getHandler } from '../endpoints/read-handlers.ts';
import { updateHandler } from '../endpoints/write-handlers.ts';
import { bindingHandler, bindingsHandler } from '../subresources/binding-handler.ts';
import { evictionHandler } from '../subresources/eviction-handler.ts';
import {
  customScaleHandlers,
  REPLICATION_CONTROLLER_PATHS,
  scaleHandlers,
  WORKLOAD_PATHS,
} from '../subresources/scale-handlers.ts';
import type { Handlers, HandlerTable } from './resource-router.ts';

/** A part of an object with a path of its own, which its strategy keeps apart. */
const PART: Handlers = { get: getHandler, update: updateHandler, patch: patchHandler };

/** Handlers by `resource/subresource`. */
export const resourceHandlers = (): HandlerTable => ({
  '*/scale': customScaleHandlers,
  '*/status': PART,
  bindings: { create: bindingsHandler },
  'certificatesigningrequests.certificates.k8s.io/approval': PART,
  'deployments.apps/scale': scaleHandlers(WORKLOAD_PATHS),
  'namespaces/finalize': { update: updateHandler },
  'pods/binding': { create: bindingHandler },
  'pods/ephemeralcontainers': PART,
  'pods/eviction': { create: evictionHandler },
  'pods/resize': PART,
  'replicasets.apps/scale': scaleHandlers(WORKLOAD_PATHS),
  'replicationcontrollers/scale': scaleHandlers(REPLICATION_CONTROLLER_PATHS),
  'statefulsets.apps/scale': scaleHandlers(WORKLOAD_PATHS),
});
