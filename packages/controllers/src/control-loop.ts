/** What most controllers run on: keys in a queue, Events, and handlers that end together. */
import { type KubeObject, objectKey } from '@towtank/apimachinery';
import { EventRecorder, type Informer, type InformerHandler, WorkQueue, type WorkQueueOptions } from '@towtank/client';
import type { ControllerContext } from './controller-context.ts';

/** How a loop works; `name` is that of its queue. */
export interface ControlLoopOptions
  extends Pick<WorkQueueOptions, 'name' | 'reconcile' | 'workers' | 'maxRetries' | 'backoff'> {
  /** Who reports its Events. */
  readonly component: string;
}

/** Reconciles the keys of what has changed, until it is closed. */
export class ControlLoop {
  readonly queue: WorkQueue;
  readonly events: EventRecorder;
  readonly #ends: (() => void)[] = [];

  constructor({ client, clock, activity }: ControllerContext, { component, ...options }: ControlLoopOptions) {
    this.queue = new WorkQueue({ ...options, clock, activity });
    this.events = new EventRecorder({ client, clock, activity, component });
  }

  /** Tells a handler of what is there and of each change. What it calls must be in place before. */
  follow<T extends KubeObject>(informer: Informer<T>, handler: InformerHandler<T>): void {
    this.#ends.push(informer.addHandler(handler));
  }

  /** Reconciles every object of a resource when it comes, changes or goes. */
  followKeys<T extends KubeObject>(informer: Informer<T>): void {
    const add = (object: T): void => this.queue.add(objectKey(object));
    this.follow(informer, { added: add, updated: (_, object) => add(object), deleted: add });
  }

  /** Ends the handlers, then resolves when what runs has ended. */
  async close(): Promise<void> {
    for (const end of this.#ends) end();
    await this.queue.close();
    await this.events.close();
  }
}
