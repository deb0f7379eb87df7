/** Whether the object in a write is the one that its URL names. */
import { badRequest, type KubeObject } from '@towtank/apimachinery';
import type { ApiCall } from './api-call.ts';

/** An object may leave its namespace out, but not name another one than the request. Throws 400. */
export function checkNamespace({ attributes, store }: ApiCall, { metadata }: KubeObject): void {
  if (!store.resource.namespaced || !metadata.namespace || metadata.namespace === attributes.namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** Throws 400 for an object that is named otherwise than on the URL. */
export function checkName({ attributes }: ApiCall, { metadata }: KubeObject): void {
  if (metadata.name !== attributes.name)
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${attributes.name})`,
    );
}
