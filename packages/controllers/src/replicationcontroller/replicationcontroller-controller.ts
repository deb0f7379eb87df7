/** The ReplicationController controller. */
import type { Controller, ControllerContext } from '../controller-context.ts';
import { startReplicaController } from '../replicaset/replica-controller.ts';
import { replicationControllerKind } from '../replicaset/replica-set.ts';

/** Keeps every ReplicationController at its number of Pods. */
export const startReplicationController = (context: ControllerContext): Controller =>
  startReplicaController(context, replicationControllerKind);
