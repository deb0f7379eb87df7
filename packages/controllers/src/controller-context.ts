/** What every controller is given, and what it gives back. */
import type { Activity, Clock, Random } from '@towtank/apimachinery';
import type { InformerFactory, KubeClient } from '@towtank/client';

/** The world of a controller: the API, time and chance. */
export interface ControllerContext {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
}

/** A running controller. Closing it ends its handlers and queues; the informers belong to the factory. */
export interface Controller extends AsyncDisposable {
  readonly name: string;
}
