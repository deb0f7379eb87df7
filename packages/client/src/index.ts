/** Kubernetes client: transports, verbs, informers, work queues, discovery, events. */
export { type ApplyOptions, applyObjects } from './apply-objects.ts';
export { type BackoffOptions, backoffMs } from './backoff.ts';
export { type DiscoveredResource, type DiscoveryMapper, discoveryMapper } from './discovery-mapper.ts';
export { EventRecorder, type EventRecorderOptions, type EventSubject } from './event-recorder.ts';
export { type HttpTransportOptions, httpTransport } from './http-transport.ts';
export type { IndexValues } from './indexed-store.ts';
export { Informer, type InformerHandler, type InformerOptions, type RemoveHandler } from './informer.ts';
export { InformerFactory, type InformerFactoryOptions } from './informer-factory.ts';
export { KubeClient, type KubeClientOptions, type RawGetOptions } from './kube-client.ts';
export { readKubeconfig, transportFromKubeconfig } from './kubeconfig.ts';
export { Reflector, type ReflectorConsumer, type ReflectorOptions } from './reflector.ts';
export type {
  DeleteOptions,
  ListOptions,
  ObjectScope,
  PatchOptions,
  PatchType,
  ResourceClient,
  SubresourceClient,
  WatchOptions,
  WriteOptions,
} from './resource-client.ts';
export { formatQuery, type PathTarget, type QueryValues, resourcePath } from './resource-path.ts';
export { WorkQueue, type WorkQueueOptions } from './work-queue.ts';
