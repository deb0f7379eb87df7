/** A Kubernetes cluster inside one Node.js process. */
export { Cluster, type ClusterParts } from './cluster.ts';
export { CLUSTER_DEFAULTS, type ClusterOptions } from './cluster-options.ts';
export type { Asker } from './cluster-resolver.ts';
export { ManifestError, type ManifestSource, parseManifest, readManifests } from './read-manifests.ts';
export { startCluster } from './start-cluster.ts';
