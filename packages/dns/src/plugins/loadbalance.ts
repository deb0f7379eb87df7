/** Changes the order of addresses from answer to answer, for clients that take the first one. */
import type { Random } from '@towtank/apimachinery';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { Plugin } from '../handler.ts';

/** `rotate` begins one address further with every answer; `random` shuffles. */
export type LoadBalanceMode = 'rotate' | 'random';

/** Aliases stay first, addresses come last: a resolver reads an answer from the front. */
export const loadBalance =
  (mode: LoadBalanceMode, random: Random): Plugin =>
  (next) => {
    let turn = 0;
    return async (request) => {
      const response = await next(request);
      if (response === undefined || !response.answers.some(isAddress)) return response;
      const order = mode === 'rotate' ? rotation(turn++) : shuffle(random);
      return {
        ...response,
        answers: balance(response.answers, order),
        additionals: balance(response.additionals, order),
        stable: false,
      };
    };
  };

const isAddress = ({ type }: ResourceRecord): boolean => type === 'A' || type === 'AAAA';

type Order = <T>(list: readonly T[]) => T[];

function balance(records: readonly ResourceRecord[], order: Order): ResourceRecord[] {
  const aliases = records.filter(({ type }) => type === 'CNAME');
  const rest = records.filter((record) => record.type !== 'CNAME' && !isAddress(record));
  return [...aliases, ...rest, ...order(records.filter(isAddress))];
}

const rotation =
  (turn: number): Order =>
  (list) => {
    const start = list.length === 0 ? 0 : turn % list.length;
    return [...list.slice(start), ...list.slice(0, start)];
  };

const shuffle =
  (random: Random): Order =>
  (list) => {
    const left = [...list];
    return list.flatMap(() => left.splice(random.int(left.length), 1));
  };
