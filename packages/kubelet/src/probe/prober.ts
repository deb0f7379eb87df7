/** Probes one container again and again, and says when the verdict changes. */
import type { Activity, Clock, Timer } from '@towtank/apimachinery';
import type { Probe } from '../pod/pod.ts';
import type { ProbeResult } from './run-probe.ts';

/** What a prober works with. */
export interface ProberOptions {
  readonly probe: Probe;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Before the first result. */
  readonly initial: boolean | undefined;
  readonly run: (probe: Probe, timeoutMs: number) => Promise<ProbeResult>;
  /** The verdict is another than before. */
  readonly changed: (ok: boolean) => void;
  /** One probe has failed, whatever the verdict. */
  readonly failed: (message: string) => void;
}

/** Runs from its making until it is closed. */
export class Prober {
  readonly #options: ProberOptions;
  #verdict: boolean | undefined;
  #streak = { ok: true, count: 0 };
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#verdict = options.initial;
    const { initialDelaySeconds = 0 } = options.probe;
    if (initialDelaySeconds > 0) this.#schedule(initialDelaySeconds);
    else void this.#probe();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(seconds: number): void {
    if (!this.#closed) this.#timer = this.#options.clock.schedule(seconds * 1000, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    const { probe, activity, run } = this.#options;
    const result = await activity.track('probe', run(probe, (probe.timeoutSeconds ?? 1) * 1000));
    if (this.#closed) return;
    this.#judge(result);
    this.#schedule(probe.periodSeconds ?? 10);
  }

  #judge({ ok, message }: ProbeResult): void {
    const { probe, changed, failed } = this.#options;
    if (!ok) failed(message);
    this.#streak = this.#streak.ok === ok ? { ok, count: this.#streak.count + 1 } : { ok, count: 1 };
    const threshold = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (this.#streak.count < threshold || this.#verdict === ok) return;
    this.#verdict = ok;
    changed(ok);
  }
}
