/** Rules for where a webhook is: a URL, or a Service. */
import { dns1123SubdomainErrors, invalidValue, quote, required } from '@towtank/apimachinery';
import { type Errors, type Fields, inRangeMessage } from '../validation/field-rules.ts';

const URL_FORM = '; desired format: https://host[/path]';
const MAX_PORT = 65_535;
/** A URL as Go reads it, which takes almost any text. */
const URL_PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/is;

/** `clientConfig` of a webhook. */
export function checkClientConfig(errors: Errors, field: string, { url, service }: Fields): void {
  if ((url === undefined) === (service === undefined))
    errors.push(required(field, 'exactly one of url or service is required'));
  else if (url !== undefined) checkUrl(errors, `${field}.url`, url);
  else checkService(errors, `${field}.service`, service);
}

function checkUrl(errors: Errors, field: string, url: string): void {
  const problem = parseProblem(url);
  if (problem !== undefined) {
    errors.push(required(field, `url must be a valid URL: parse ${quote(url)}: ${problem}${URL_FORM}`));
    return;
  }
  const [, scheme = '', user, host = '', query, fragment] = URL_PARTS.exec(url) ?? [];
  const refuse = (value: string, why: string): void => void errors.push(invalidValue(field, value, why));
  if (scheme.toLowerCase() !== 'https')
    refuse(scheme.toLowerCase(), `'https' is the only allowed URL scheme${URL_FORM}`);
  if (host === '') refuse('', `host must be specified${URL_FORM}`);
  if (user !== undefined) refuse(user, 'user information is not permitted in the URL');
  if (fragment) refuse(fragment, 'fragments are not permitted in the URL');
  if (query) refuse(query, 'query parameters are not permitted in the URL');
}

/** Why Go would not read a text as a URL. */
function parseProblem(url: string): string | undefined {
  if ([...url].some((character) => character < ' ' || character === '\x7f'))
    return 'net/url: invalid control character in URL';
  if (url.startsWith(':')) return 'missing protocol scheme';
  const port = /:[^:\]]*$/.exec(URL_PARTS.exec(url)?.[3] ?? '')?.[0];
  return port === undefined || /^:\d*$/.test(port) ? undefined : `invalid port ${quote(port)} after host`;
}

/** The real API server takes the name of the Service for its namespace here, and the namespace for its name. */
function checkService(errors: Errors, field: string, { name, namespace, path, port }: Fields): void {
  if (!namespace) errors.push(required(`${field}.name`));
  if (!name) errors.push(required(`${field}.namespace`));
  if (port !== undefined && (port < 1 || port > MAX_PORT))
    errors.push(invalidValue(`${field}.port`, port, `port is not valid: ${inRangeMessage(1, MAX_PORT)}`));
  if (path && path !== '/') checkPath(errors, `${field}.path`, path);
}

/** Each part of a path is named like a host. */
function checkPath(errors: Errors, field: string, path: string): void {
  if (path === '//') {
    errors.push(invalidValue(field, path, 'segment[0] may not be empty'));
    return;
  }
  if (!path.startsWith('/')) errors.push(invalidValue(field, path, "must start with a '/'"));
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [index, segment] of segments.entries())
    if (segment === '') errors.push(invalidValue(field, path, `segment[${index}] may not be empty`));
    else
      for (const message of dns1123SubdomainErrors(segment))
        errors.push(invalidValue(field, path, `segment[${index}]: ${message}`));
}
