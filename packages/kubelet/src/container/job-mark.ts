/** Which container functions are to end by themselves, and how long that has to be waited for. */
import type { Activity, Clock } from '@towtank/apimachinery';
import { type Container, isSidecar, type Pod } from '../pod/pod.ts';

/**
 * Whether a container is a job: one that no policy starts again once it has done its work. Where somebody may type into
 * it, its end is theirs.
 */
export const isJob = ({ spec }: Pod, container: Container): boolean =>
  (spec.restartPolicy ?? 'Always') !== 'Always' && !isSidecar(container) && container.stdin !== true;

/**
 * Counts a job's function as running from {@link JobMark.begin} to {@link JobMark.end}, but for the time that it waits
 * for a timer of its clock: what waits for the clock may wait for a test to move it.
 */
export class JobMark {
  readonly #jobs: Activity;
  readonly #what: string;
  #runs = false;
  #timers = 0;
  #uncount: (() => void) | undefined;

  constructor(jobs: Activity, what: string) {
    this.#jobs = jobs;
    this.#what = what;
  }

  /** The clock to hand to the function. */
  watch(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      schedule: (delayMs, callback) => {
        this.#count(1);
        let isPending = true;
        const over = (): void => {
          if (isPending) this.#count(-1);
          isPending = false;
        };
        const timer = clock.schedule(delayMs, () => {
          over();
          callback();
        });
        return {
          cancel() {
            timer.cancel();
            over();
          },
        };
      },
    };
  }

  /** The function has been called and goes on. */
  begin(): void {
    this.#runs = true;
    this.#update();
  }

  /** It has returned, or has been told to stop, from when the grace period counts. */
  end(): void {
    this.#runs = false;
    this.#update();
  }

  #count(timers: number): void {
    this.#timers += timers;
    this.#update();
  }

  #update(): void {
    if (this.#runs && this.#timers === 0) this.#uncount ??= this.#jobs.begin(this.#what);
    else {
      this.#uncount?.();
      this.#uncount = undefined;
    }
  }
}
