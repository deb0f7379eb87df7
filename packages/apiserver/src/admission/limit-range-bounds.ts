/** The bounds of one item of a LimitRange. */
import { formatQuantity } from '@towtank/apimachinery';
import type { ResourceList } from './pod-spec.ts';
import { type Amount, type Amounts, amountsOf } from './resource-amounts.ts';

/** An item of a LimitRange. */
export interface LimitRangeItem {
  readonly type: string;
  readonly default?: ResourceList;
  readonly defaultRequest?: ResourceList;
  readonly min?: ResourceList;
  readonly max?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

/** What requests and limits break of the item's minimum, maximum and ratio. */
export function limitErrors(item: LimitRangeItem, requests: Amounts, limits: Amounts): string[] {
  const check = (list: LimitRangeItem['min'], rule: Rule): string[] =>
    [...amountsOf(list)].flatMap(([name, enforced]) => {
      const error = rule({ name, type: item.type, enforced, request: requests.get(name), limit: limits.get(name) });
      return error === undefined ? [] : [error];
    });
  return [...check(item.min, minimum), ...check(item.max, maximum), ...check(item.maxLimitRequestRatio, ratio)];
}

interface Case {
  readonly name: string;
  readonly type: string;
  readonly enforced: Amount;
  readonly request: Amount | undefined;
  readonly limit: Amount | undefined;
}

type Rule = (subject: Case) => string | undefined;

const minimum: Rule = ({ name, type, enforced, request, limit }) => {
  const head = `minimum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (request.nano < enforced.nano) return `${head}, but request is ${formatQuantity(request)}`;
  return limit !== undefined && limit.nano < enforced.nano
    ? `${head}, but limit is ${formatQuantity(limit)}`
    : undefined;
};

const maximum: Rule = ({ name, type, enforced, request, limit }) => {
  const head = `maximum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (limit.nano > enforced.nano) return `${head}, but limit is ${formatQuantity(limit)}`;
  return request !== undefined && request.nano > enforced.nano
    ? `${head}, but request is ${formatQuantity(request)}`
    : undefined;
};

const ratio: Rule = ({ name, type, enforced, request, limit }) => {
  const head = `${name} max limit to request ratio per ${type} is ${formatQuantity(enforced)}`;
  if (request === undefined || request.nano === 0n) return `${head}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nano === 0n) return `${head}, but no limit is specified or limit is 0`;
  const isOver = limit.nano * 1_000_000_000n > enforced.nano * request.nano;
  return isOver
    ? `${head}, but provided ratio is ${(Number(limit.nano) / Number(request.nano)).toFixed(6)}`
    : undefined;
};
