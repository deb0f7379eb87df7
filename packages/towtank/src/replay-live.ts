/** A recorded cluster that lives again: its state in a real API server, its changes by the clock. */
import { type Clock, delay, realClock, seededRandom } from '@towtank/apimachinery';
import { ADMIN_USER, buildApiServer } from '@towtank/apiserver';
import { KubeClient } from '@towtank/client';
import { type ChangeRecord, type ObjectRecord, readCassette } from '@towtank/recorder';
import { ClosingStack } from './closing-stack.ts';
import { openListeners } from './open-listeners.ts';
import { type Divergence, RecordedState, type UnservedResource } from './replay-live-state.ts';

/** 1 as it was, 10 ten times as fast, `instant` all at once, `step` when the test says so. */
export type LiveSpeed = number | 'instant' | 'step';

/** Options of a live replay. */
export interface LiveReplayOptions {
  /** Path of a cassette that holds a snapshot. */
  readonly cassette: string;
  /** Default 1: as it was. */
  readonly speed?: LiveSpeed;
  readonly clock?: Clock;
  /** Where the API server listens. Default 127.0.0.1. */
  readonly host?: string;
  /** Port of HTTPS. Default 0: any free one. `false` opens none. */
  readonly port?: number | false;
  /** The administrator's token. Default: always the same one. */
  readonly adminToken?: string;
}

/** A running live replay. */
export interface LiveReplay extends AsyncDisposable {
  /** URL of the API server; undefined when no port is open. */
  readonly url: string | undefined;
  /** For kubectl, helm and client libraries, as YAML text. */
  readonly kubeconfig: string;
  /** A client that may do everything and needs no socket. */
  readonly client: KubeClient;
  /** Resolves when the last recorded change has been made; rejects with the one that could not be. */
  readonly finished: Promise<void>;
  /** Resources of the recording that are not served here, and so were left out. */
  readonly unserved: readonly UnservedResource[];
  /** Makes the next changes, whatever the speed, and answers how many there were. */
  step(changes?: number): Promise<number>;
  /** What clients have done other than recorded: those differences stay theirs until a recorded change meets them. */
  divergences(): Promise<Divergence[]>;
  /** Ends the replay and the server. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts an API server with the recorded objects, and makes the recorded changes. No controller and no node runs: what
 * they did is in the recording. Clients may write. Throws CassetteError for a cassette that cannot be read, and an
 * Error for one without a snapshot.
 *
 * @example
 * await using live = await startLiveReplay({ cassette: 'fixtures/cassettes/rollout.jsonl', speed: 'instant' });
 */
export async function startLiveReplay(options: LiveReplayOptions): Promise<LiveReplay> {
  const stack = new ClosingStack();
  try {
    return await assemble(options, stack);
  } catch (reason) {
    await stack.close();
    throw reason;
  }
}

async function assemble(options: LiveReplayOptions, stack: ClosingStack): Promise<LiveReplay> {
  const { cassette, speed = 1, clock = realClock, adminToken } = options;
  const objects = await recordedObjects(cassette);
  const random = seededRandom('towtank');
  const token = adminToken ?? random.fork('admin-token').uuid();
  const apiServer = await buildApiServer({
    clock,
    random: random.fork('api'),
    tokens: { [token]: ADMIN_USER },
    disabledAdmission: ['ServiceAccount'],
  });
  stack.defer(() => apiServer.close());
  const state = new RecordedState(apiServer);
  await state.seed(objects);
  const { host, port } = options;
  const where = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  const listeners = await openListeners(apiServer, where, ADMIN_USER, token, stack);
  const player = new ChangePlayer(cassette, state, clock);
  stack.defer(() => player.close());
  player.play(speed);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= stack.close();
    return closed;
  };
  return {
    url: listeners.secure?.url,
    kubeconfig: listeners.kubeconfig,
    client: new KubeClient({ transport: apiServer.transport(ADMIN_USER) }),
    finished: player.finished,
    get unserved() {
      return state.unserved;
    },
    step: (changes = 1) => player.step(changes),
    divergences: () => state.divergences(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function recordedObjects(cassette: string): Promise<ObjectRecord[]> {
  const objects: ObjectRecord[] = [];
  let hasChanges = false;
  for await (const { record } of readCassette(cassette)) {
    if (record.type === 'object') objects.push(record);
    hasChanges ||= record.type === 'change';
  }
  if (objects.length === 0 && !hasChanges)
    throw new Error(`${cassette} holds no snapshot: record one with \`towtank record --snapshot\``);
  return objects;
}

/** Makes changes one after the other, read from the cassette as they are due. */
class ChangePlayer {
  readonly finished: Promise<void>;
  readonly #changes: AsyncGenerator<ChangeRecord>;
  readonly #state: RecordedState;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #finish: (failure?: Error) => void = () => {};
  /** Changes are made in one line, whoever asks for them. */
  #turn: Promise<unknown> = Promise.resolve();
  #lastAt = 0;

  constructor(cassette: string, state: RecordedState, clock: Clock) {
    this.#changes = changesOf(cassette);
    this.#state = state;
    this.#clock = clock;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
    this.finished.catch(() => undefined); // whoever waits for it learns of it
  }

  /** Begins to make changes at a speed; with `step` it waits to be told. */
  play(speed: LiveSpeed): void {
    if (speed !== 'step') void this.#playAll(speed);
  }

  /** Makes up to as many changes at once, and answers how many there were. */
  async step(count: number): Promise<number> {
    let made = 0;
    while (made < count && (await this.#next('instant'))) made += 1;
    return made;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#turn.catch(() => undefined);
    await this.#changes.return(undefined);
  }

  async #playAll(speed: number | 'instant'): Promise<void> {
    try {
      while (!this.#stopped.signal.aborted && (await this.#next(speed)));
    } catch {
      // `finished` tells of it
    }
  }

  /** Makes the next change when it is due. Answers whether there was one. */
  #next(speed: number | 'instant'): Promise<boolean> {
    const turn = this.#turn.then(() => this.#make(speed));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #make(speed: number | 'instant'): Promise<boolean> {
    try {
      const { value: change, done } = await this.#changes.next();
      if (done === true) {
        this.#finish();
        return false;
      }
      const waitMs = speed === 'instant' ? 0 : (change.at - this.#lastAt) / speed;
      this.#lastAt = change.at;
      if (waitMs >= 1) await delay(this.#clock, waitMs, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return false;
      await this.#state.apply(change);
      return true;
    } catch (reason) {
      this.#finish(reason instanceof Error ? reason : new Error(String(reason)));
      throw reason;
    }
  }
}

async function* changesOf(cassette: string): AsyncGenerator<ChangeRecord> {
  for await (const { record } of readCassette(cassette)) if (record.type === 'change') yield record;
}
