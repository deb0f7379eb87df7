/** One informer per resource, shared by everybody in the process. */
import type { Activity, Clock, GroupVersionResource, KubeObject } from '@towtank/apimachinery';
import { Informer } from './informer.ts';
import type { KubeClient } from './kube-client.ts';
import { Reflector } from './reflector.ts';

/** What informers work with. */
export interface InformerFactoryOptions {
  readonly client: KubeClient;
  readonly activity: Activity;
  readonly clock: Clock;
  /** Told of requests and watches that fail; they are retried in any case. */
  readonly watchFailed?: (error: unknown, gvr: GroupVersionResource) => void;
  /** Told of handlers that throw; by default the error surfaces as an uncaught exception. */
  readonly handlerFailed?: (error: unknown, gvr: GroupVersionResource) => void;
}

interface Running {
  readonly informer: Informer;
  readonly reflector: Reflector<KubeObject>;
}

/** Makes informers and keeps them running until it is closed. */
export class InformerFactory {
  readonly #options: InformerFactoryOptions;
  readonly #running = new Map<string, Running>();
  #started = false;

  constructor(options: InformerFactoryOptions) {
    this.#options = options;
  }

  /** The informer of a resource: always the same one. Once the factory has started, a new one starts at once. */
  informer<T extends KubeObject = KubeObject>(gvr: GroupVersionResource): Informer<T> {
    const key = `${gvr.group}/${gvr.version}/${gvr.resource}`;
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#make(gvr);
      this.#running.set(key, running);
      if (this.#started) running.reflector.start();
    }
    return running.informer as unknown as Informer<T>;
  }

  /** Starts every informer; resolves when all of them have synced. May be called again after more were made. */
  async start(): Promise<void> {
    this.#started = true;
    const reflectors = [...this.#running.values()].map(({ reflector }) => reflector);
    for (const reflector of reflectors) reflector.start();
    await Promise.all(reflectors.map(({ synced }) => synced));
  }

  /** Stops following a resource and forgets its informer: for resources that are no longer served. */
  async forget({ group, version, resource }: GroupVersionResource): Promise<void> {
    const key = `${group}/${version}/${resource}`;
    const running = this.#running.get(key);
    this.#running.delete(key);
    await running?.reflector.close();
  }

  /** Ends all watches. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map(({ reflector }) => reflector.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #make(gvr: GroupVersionResource): Running {
    const { client, activity, clock, watchFailed, handlerFailed = surface } = this.#options;
    const informer = new Informer({
      gvr,
      watchFailed: (error) => watchFailed?.(error, gvr),
      handlerFailed: (error) => handlerFailed(error, gvr),
    });
    const reflector = new Reflector({ resource: client.resource(gvr), consumer: informer.consumer, clock, activity });
    return { informer, reflector };
  }
}

/** A handler that throws is a defect: let the process report it instead of losing it inside a watch. */
function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
