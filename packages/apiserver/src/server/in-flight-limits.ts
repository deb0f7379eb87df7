/** How many requests are served at the same time. */
import type { ApiResponse, UserInfo } from '@towtank/apimachinery';
import { MASTERS_GROUP } from '../authentication/user-groups.ts';
import type { RequestAttributes } from '../registry/request-attributes.ts';

/** Limits of requests that are served at the same time; 0 is no limit. */
export interface InFlightOptions {
  /** Of those that only read. Default 400. */
  readonly maxRequestsInFlight?: number | undefined;
  /** Of those that may change something. Default 200. */
  readonly maxMutatingRequestsInFlight?: number | undefined;
}

/** A request that may be refused for want of room, and who makes it. */
export interface ThrottledRequest extends RequestAttributes {
  readonly user: UserInfo;
}

/** Requests of one sort. */
class Lane {
  readonly #limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#inFlight >= this.#limit && this.#limit > 0;
  }

  enter(): this {
    this.#inFlight += 1;
    return this;
  }

  leave(): void {
    this.#inFlight -= 1;
  }
}

const READING_VERBS = new Set(['get', 'list', 'watch']);
/** Subresources whose requests go on for as long as somebody likes. */
const LONG_RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** The limits of one server. */
export class InFlightLimits {
  readonly #reading: Lane;
  readonly #mutating: Lane;
  readonly #throttles = new Set<(request: ThrottledRequest) => boolean>();

  constructor({ maxRequestsInFlight = 400, maxMutatingRequestsInFlight = 200 }: InFlightOptions) {
    this.#reading = new Lane(maxRequestsInFlight);
    this.#mutating = new Lane(maxMutatingRequestsInFlight);
  }

  /**
   * Takes the place of a request, which is to leave it in the end. Undefined for those that need none because they go on
   * for long; `full` for those that are to come back later. Members of `system:masters` always find room.
   */
  enter(user: UserInfo, attributes: RequestAttributes): { leave(): void } | 'full' | undefined {
    if (this.#throttles.size > 0 && this.#isThrottled({ ...attributes, user })) return 'full';
    const { verb, subresource } = attributes;
    if (verb === 'watch' || verb === 'proxy' || (subresource !== '' && LONG_RUNNING.has(subresource))) return undefined;
    const lane = READING_VERBS.has(verb) ? this.#reading : this.#mutating;
    return lane.isFull && user.groups?.includes(MASTERS_GROUP) !== true ? 'full' : lane.enter();
  }

  /** Finds no room for the requests that match, until it is disposed. */
  throttle(matches: (request: ThrottledRequest) => boolean): Disposable {
    this.#throttles.add(matches);
    return { [Symbol.dispose]: () => void this.#throttles.delete(matches) };
  }

  #isThrottled(request: ThrottledRequest): boolean {
    return [...this.#throttles].some((matches) => matches(request));
  }
}

/** 429 as the real server gives it before it knows what is asked for: in plain text. */
export const comeBackLater = (): ApiResponse => ({
  type: 'bytes',
  status: 429,
  headers: {
    'cache-control': 'no-cache, private',
    'content-type': 'text/plain; charset=utf-8',
    'retry-after': '1',
    'x-content-type-options': 'nosniff',
  },
  body: Buffer.from('Too many requests, please try again later.\n'),
});
