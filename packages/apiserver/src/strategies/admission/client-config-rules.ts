/** Rules for where a webhook is: a URL, or a Service. */
import { invalidValue, required } from '@towtank/apimachinery';
import type { Errors, Fields } from '../validation/field-rules.ts';

const SERVICE_FORM = 'host must be specified';
const URL_FORM = '; desired format: https://host[/path]';

/** `clientConfig` of a webhook. */
export function checkClientConfig(errors: Errors, field: string, { url, service }: Fields): void {
  if ((url === undefined) === (service === undefined))
    errors.push(required(field, 'exactly one of url or service is required'));
  else if (url !== undefined) checkUrl(errors, `${field}.url`, url);
  else checkService(errors, `${field}.service`, service);
}

function checkUrl(errors: Errors, field: string, url: string): void {
  const refuse = (value: string, why: string): void => void errors.push(invalidValue(field, value, why));
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    errors.push(
      required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid URI for request${URL_FORM}`),
    );
    return;
  }
  const scheme = parsed.protocol.replace(/:$/, '');
  if (scheme !== 'https') refuse(scheme, `'https' is the only allowed URL scheme${URL_FORM}`);
  if (parsed.host === '') refuse('', `${SERVICE_FORM}${URL_FORM}`);
  if (parsed.username !== '') refuse(parsed.username, 'user information is not permitted in the URL');
  if (parsed.hash !== '') refuse(parsed.hash.slice(1), 'fragments are not permitted in the URL');
  if (parsed.search !== '') refuse(parsed.search.slice(1), 'query parameters are not permitted in the URL');
}

function checkService(errors: Errors, field: string, { name, namespace, path, port }: Fields): void {
  if (!name) errors.push(required(`${field}.name`, 'service name is required'));
  if (!namespace) errors.push(required(`${field}.namespace`, 'service namespace is required'));
  if (port !== undefined && (port < 1 || port > 65_535))
    errors.push(invalidValue(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (path === undefined) return;
  if (!path.startsWith('/')) errors.push(invalidValue(`${field}.path`, path, "must start with a '/'"));
  else if (path.includes('//') && path !== '//')
    errors.push(invalidValue(`${field}.path`, path, `segment[${path.split('/').indexOf('', 1) - 1}] may not be empty`));
}
