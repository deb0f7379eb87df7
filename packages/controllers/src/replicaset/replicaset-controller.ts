/** The ReplicaSet controller. */
import type { Controller, ControllerContext } from '../controller-context.ts';
import { startReplicaController } from './replica-controller.ts';
import { replicaSetKind } from './replica-set.ts';

/** Keeps every ReplicaSet at its number of Pods. */
export const startReplicaSetController = (context: ControllerContext): Controller =>
  startReplicaController(context, replicaSetKind);
