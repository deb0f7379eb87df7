/** Node ports and health check node ports, from one range. */
import type { Random } from '@towtank/apimachinery';
import { AllocationError } from './allocation-error.ts';

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Takes and gives back ports. Random ones come from above the band that is left to ports chosen by hand. */
export class NodePortAllocator {
  readonly range: PortRange;
  readonly #random: Random;
  #taken: Set<number> = new Set();

  constructor(range: PortRange, random: Random) {
    this.range = range;
    this.#random = random;
  }

  /** Takes a chosen port. Throws AllocationError when it is taken or outside the range. */
  allocate(port: number): void {
    this.check(port);
    this.#taken.add(port);
  }

  /** Throws AllocationError when the port cannot be had. */
  check(port: number): void {
    const { first, last } = this.range;
    if (port < first || port > last)
      throw new AllocationError(
        `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
      );
    if (this.#taken.has(port)) throw new AllocationError('provided port is already allocated');
  }

  /** Takes any free port. Throws AllocationError when there is none. */
  allocateNext(): number {
    const { first, last } = this.range;
    const size = last - first + 1;
    const band = size <= 16 ? 0 : Math.min(128, Math.max(16, Math.floor(size / 32)));
    const upper = size - band;
    const start = this.#random.int(upper);
    for (let step = 0; step < size; step += 1) {
      const offset = step < upper ? band + ((start + step) % upper) : step - upper;
      if (this.#taken.has(first + offset)) continue;
      this.#taken.add(first + offset);
      return first + offset;
    }
    throw new AllocationError('range is full');
  }

  release(port: number): void {
    this.#taken.delete(port);
  }

  has(port: number): boolean {
    return this.#taken.has(port);
  }

  /** All that are taken. */
  taken(): readonly number[] {
    return [...this.#taken];
  }

  /** From now on, these are the ones that are taken. */
  replace(taken: ReadonlySet<number>): void {
    this.#taken = new Set(taken);
  }
}
