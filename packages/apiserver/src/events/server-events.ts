/** Events that the API server itself reports. */
import {
  type Clock,
  dns1123SubdomainErrors,
  formatMicroTime,
  formatTime,
  type KubeObject,
  type Random,
  type Transport,
} from '@towtank/apimachinery';

/** What is reported. */
export interface ServerEvent {
  /** Who reports it. */
  readonly component: string;
  readonly reason: string;
  readonly message: string;
  /** What was done. Events with an action are of the newer kind, which knows series instead of counts. */
  readonly action?: string;
}

/** What events are written with. */
export interface ServerEventsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

interface Known {
  readonly url: string;
  count: number;
}

/** Different events that are remembered, to be counted instead of repeated. */
const MEMORY = 1024;

/** Writes Events. Failures are dropped: nobody waits for them. */
export class ServerEvents {
  readonly #options: ServerEventsOptions;
  readonly #known = new Map<string, Known>();
  #written = 0;

  constructor(options: ServerEventsOptions) {
    this.#options = options;
  }

  /** Warns of something about an object. The same again counts up what was written first. */
  async warn(subject: KubeObject, event: ServerEvent): Promise<void> {
    const key = [subject.metadata.uid, event.reason, event.message].join('\n');
    const known = this.#known.get(key);
    if (known !== undefined) return await this.#repeat(known, event);
    const object = this.#eventAbout(subject, event);
    const url = `/api/v1/namespaces/${object.metadata.namespace}/events`;
    this.#remember(key, { url: `${url}/${object.metadata.name}`, count: 1 });
    await this.#send('POST', url, object);
  }

  #eventAbout({ apiVersion, kind, metadata }: KubeObject, event: ServerEvent): KubeObject {
    const { component, reason, message, action } = event;
    const now = this.#options.clock.now();
    const seconds = formatTime(now);
    const { name, namespace, uid, resourceVersion } = metadata;
    const times =
      action === undefined
        ? { source: { component }, firstTimestamp: seconds, lastTimestamp: seconds, count: 1, reportingInstance: '' }
        : { eventTime: formatMicroTime(now), action, reportingInstance: `${component}-0` };
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: this.#nameFor(name ?? '', now), namespace: namespace ?? 'default' },
      involvedObject: { kind, ...(namespace && { namespace }), name, uid, apiVersion, resourceVersion },
      reason,
      message,
      type: 'Warning',
      reportingComponent: component,
      ...times,
    };
  }

  async #repeat(known: Known, { action }: ServerEvent): Promise<void> {
    const now = this.#options.clock.now();
    known.count += 1;
    const { count } = known;
    const change =
      action === undefined
        ? { count, lastTimestamp: formatTime(now) }
        : { series: { count, lastObservedTime: formatMicroTime(now) } };
    await this.#send('PATCH', known.url, change);
  }

  /** As client-go: the name of the object with the time, unless that is no name for an Event. */
  #nameFor(subject: string, now: number): string {
    this.#written += 1;
    const stamp = (BigInt(now) * 1_000_000n + BigInt(this.#written)).toString(16);
    return dns1123SubdomainErrors(subject).length > 0 ? this.#options.random.uuid() : `${subject}.${stamp}`;
  }

  async #send(method: string, url: string, object: object): Promise<void> {
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const headers = { 'user-agent': 'kube-apiserver', 'content-type': type };
    await this.#options.transport.request({ method, url, headers, object }).catch(() => {});
  }

  #remember(key: string, known: Known): void {
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MEMORY && oldest !== undefined) this.#known.delete(oldest);
  }
}
