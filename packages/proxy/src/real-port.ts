/** A real port of this machine that is open only while there is somebody behind it. */
import type { Activity } from '@towtank/apimachinery';
import type { Forwarder, VirtualAddress, VirtualNetwork } from '@towtank/network';

/** Options of a {@link RealPort}. */
export interface RealPortOptions {
  readonly network: VirtualNetwork;
  readonly activity: Activity;
  readonly host: string;
  readonly port: number;
  /** Where connections go. */
  readonly to: VirtualAddress;
  /** Told when the port cannot be opened, for one because another process has it. */
  readonly failed: (error: Error) => void;
}

/** Opens and closes a port as wanted, one step after the other. A closed port refuses, as a Service without endpoints does. */
export class RealPort {
  readonly #options: RealPortOptions;
  #forwarder: Forwarder | undefined;
  #wanted = false;
  #working: Promise<void> | undefined;
  /** Those that have stopped may still have connections. */
  readonly #past: Forwarder[] = [];

  constructor(options: RealPortOptions) {
    this.#options = options;
  }

  /** Says whether the port is to be open. Established connections outlive its closing. */
  set(open: boolean): void {
    this.#wanted = open;
    if (this.#working !== undefined || open === (this.#forwarder !== undefined)) return;
    this.#working = this.#options.activity.track('proxy: real ports', this.#work());
  }

  /** Closes the port and ends its connections. */
  async close(): Promise<void> {
    this.#wanted = false;
    await this.#working;
    if (this.#forwarder !== undefined) this.#past.push(this.#forwarder);
    this.#forwarder = undefined;
    await Promise.all(this.#past.map((forwarder) => forwarder.close()));
  }

  async #work(): Promise<void> {
    try {
      // A change of endpoints that is undone in the same turn leaves the port alone.
      await Promise.resolve();
      while (this.#wanted !== (this.#forwarder !== undefined)) {
        if (this.#wanted) await this.#open();
        else await this.#shut();
      }
    } catch (error) {
      this.#wanted = false;
      this.#options.failed(error as Error);
    } finally {
      this.#working = undefined;
    }
  }

  async #open(): Promise<void> {
    const { network, to, host, port } = this.#options;
    this.#forwarder = await network.forward(to, { host, port });
  }

  async #shut(): Promise<void> {
    const forwarder = this.#forwarder;
    if (forwarder === undefined) return;
    this.#forwarder = undefined;
    this.#past.push(forwarder);
    await forwarder.stop();
  }
}
