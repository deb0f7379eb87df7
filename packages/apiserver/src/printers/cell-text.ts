/** Texts that the cells of many kinds share. */
import { canonicalQuantity, formatLabelSelector, type KubeObject, type LabelSelector } from '@towtank/apimachinery';
import { ageOf } from './human-duration.ts';

/** The name cell. */
export const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';

/** The age cell. */
export const creationAge = ({ metadata }: KubeObject, now: number): string => ageOf(metadata.creationTimestamp, now);

/** The text, or `fallback` where there is none. */
export const textOr = (text: string | undefined | null, fallback: string): string => (text ? text : fallback);

/** A number, or zero where the field is absent. */
export const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** The length of a list, or zero where the field is absent. */
export const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** A plain map of labels: `a=1,b=2` in order of keys, `<none>` when empty. */
export const formatLabels = (labels: Readonly<Record<string, string>> | undefined): string =>
  textOr(formatLabelSelector({ matchLabels: { ...labels } }), '<none>');

/** An object-form selector in its text form, `<none>` when it has no requirement. */
export const formatSelector = (selector: LabelSelector | undefined): string =>
  textOr(selector === undefined ? '' : formatLabelSelector(selector), '<none>');

/** A quantity in canonical form; an absent one is zero. */
export const quantityText = (quantity: unknown): string =>
  typeof quantity === 'string' || typeof quantity === 'number' ? canonicalQuantity(quantity) : '0';

/** At most `max` entries joined by `separator`, then how many more there are of `total`. */
export function firstOf(list: readonly string[], max: number, total: number = list.length, separator = ','): string {
  const shown = list.slice(0, max).join(separator);
  return total > max && list.length >= max ? `${shown} + ${total - max} more...` : shown;
}

/** Names and images of containers, each as one cell. */
export function containerCells(template: { spec?: { containers?: unknown } } | undefined): [string, string] {
  const containers = (template?.spec?.containers ?? []) as { name?: string; image?: string }[];
  return [containers.map(({ name }) => name ?? '').join(','), containers.map(({ image }) => image ?? '').join(',')];
}
