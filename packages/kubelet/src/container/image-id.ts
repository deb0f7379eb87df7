/** Identifiers that a container runtime makes up. */
import { createHash } from 'node:crypto';
import type { Random } from '@towtank/apimachinery';
import { normalizeImage } from './image-table.ts';

const known = new Map<string, string>();

/** The digest form of an image: the same for the same reference. */
export function imageIdOf(reference: string): string {
  const id = known.get(reference) ?? digest(normalizeImage(reference));
  known.set(reference, id);
  return id;
}

/** An identifier for a new container. */
export const newContainerId = (random: Random): string =>
  `containerd://${`${random.uuid()}${random.uuid()}`.replaceAll('-', '')}`;

function digest(name: string): string {
  if (name.includes('@')) return name;
  return `${name.replace(/:[^:/]*$/, '')}@sha256:${createHash('sha256').update(name).digest('hex')}`;
}
