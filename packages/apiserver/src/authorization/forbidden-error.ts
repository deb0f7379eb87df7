/** The refusal of a request that is not allowed. */
import { forbidden, type StatusError, type UserInfo } from '@towtank/apimachinery';
import type { RequestAttributes } from '../registry/request-attributes.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** `User "alice" cannot list resource "pods" in API group "" in the namespace "x"`. Names are escaped for HTML. */
export function refusalOf(user: UserInfo, attributes: RequestAttributes): string {
  const { isResourceRequest, verb, path, group, resource, subresource, namespace } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  const what = `resource ${JSON.stringify(subresource ? `${resource}/${subresource}` : resource)}`;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const text = isResourceRequest
    ? `${who} ${what} in API group ${JSON.stringify(group)} ${where}`
    : `${who} path ${JSON.stringify(path)}`;
  return text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
}

/** 403 for a request that the authorizer refuses; `reason` is the one of its decision. */
export const forbiddenError = (user: UserInfo, attributes: RequestAttributes, reason = ''): StatusError =>
  forbidden(attributes, attributes.name, refusalOf(user, attributes) + (reason === '' ? '' : `: ${reason}`));
