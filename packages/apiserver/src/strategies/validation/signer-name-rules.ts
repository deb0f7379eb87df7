/** Rules for the names of signers of certificates. */
import { dns1123SubdomainErrors, invalidValue, required } from '@towtank/apimachinery';
import type { Errors } from './field-rules.ts';

/** A domain and a path, of one part each: `example.com/signer`. */
export function checkSignerName(errors: Errors, field: string, name: string): void {
  if (name === '') {
    errors.push(required(field));
    return;
  }
  const [domain = '', path, ...rest] = name.split('/');
  if (path === undefined || rest.length > 0) {
    errors.push(
      invalidValue(field, name, 'must be a fully qualified domain and path of the form "example.com/signer-name"'),
    );
    return;
  }
  for (const message of dns1123SubdomainErrors(domain))
    errors.push(invalidValue(field, name, `validating domain part: ${message}`));
  for (const message of dns1123SubdomainErrors(path))
    errors.push(invalidValue(field, name, `validating path part: ${message}`));
  if (domain.split('.').length < 2)
    errors.push(invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'));
}
