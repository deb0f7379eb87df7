/** Cassettes are named on the command line with or without their ending. */
import { existsSync } from 'node:fs';

const ENDING = '.jsonl';

/** Where a new cassette goes. */
export const newCassettePath = (name: string): string => (name.endsWith(ENDING) ? name : `${name}${ENDING}`);

/** The cassette that is meant: a file of exactly that name comes first. */
export const cassettePath = (name: string): string =>
  existsSync(name) || !existsSync(newCassettePath(name)) ? name : newCassettePath(name);
