/** A Kubernetes cluster inside one Node.js process. */
export {
  type SuiteCassette,
  type UseCassetteOptions,
  useCassette,
  useCassettes,
  withCassettes,
} from '@towtank/recorder';
export type { Caller } from './caller.ts';
export { type As, Cluster, type ClusterParts } from './cluster.ts';
export { CLUSTER_DEFAULTS, type ClusterOptions } from './cluster-options.ts';
export { ManifestError, type ManifestSource, parseManifest, readManifests } from './read-manifests.ts';
export { type LiveReplay, type LiveReplayOptions, type LiveSpeed, startLiveReplay } from './replay-live.ts';
export type { Divergence, UnservedResource } from './replay-live-state.ts';
export type { SettleOptions } from './settle.ts';
export { startCluster } from './start-cluster.ts';
