/** Round robin over a set of endpoints: the state machine of the classic userspace proxy. */
import type { Random } from '@towtank/apimachinery';

/** A list that is walked in a circle. It is shuffled when its set changes, and only then. */
export class Rotation {
  readonly #random: Random;
  #members = new Set<string>();
  #order: string[] = [];
  #next = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Sets the members. The same set in another order changes nothing; another set is shuffled and begun anew. */
  update(members: readonly string[]): void {
    if (members.length === this.#members.size && members.every((member) => this.#members.has(member))) return;
    this.#members = new Set(members);
    this.#order = shuffle([...this.#members], this.#random);
    this.#next = 0;
  }

  has(member: string): boolean {
    return this.#members.has(member);
  }

  /** The next member that is not to be avoided; any next one where all are; nothing where there is none. */
  next(avoid?: ReadonlySet<string>): string | undefined {
    const { length } = this.#order;
    const skips = avoid === undefined || avoid.size === 0 ? 0 : length - 1;
    for (let skipped = 0; skipped < skips && avoid?.has(this.#order[this.#next] ?? ''); skipped += 1)
      this.#next = (this.#next + 1) % length;
    const member = this.#order[this.#next];
    if (length > 0) this.#next = (this.#next + 1) % length;
    return member;
  }

  /** A uniformly random member that is not to be avoided; any where all are. */
  random(avoid?: ReadonlySet<string>): string | undefined {
    const wanted = avoid === undefined || avoid.size === 0 ? [] : this.#order.filter((member) => !avoid.has(member));
    const choices = wanted.length > 0 ? wanted : this.#order;
    return choices[this.#random.int(choices.length)];
  }
}

function shuffle(items: string[], random: Random): string[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.int(last + 1);
    [items[last], items[other]] = [items[other] as string, items[last] as string];
  }
  return items;
}
