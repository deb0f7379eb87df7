/** Rules for how a pod resolves names, and what it is called. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  forbiddenField,
  invalidValue,
  legacyIpErrors,
  required,
  tooLong,
} from '@towtank/apimachinery';
import { checkChoice, checkName, type Errors, type Fields } from '../validation/field-rules.ts';

const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;
const MAX_HOSTNAME = 64;
const SEARCH = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*';
const SEARCH_PATTERN = new RegExp(`^${SEARCH}$`);

/** `dnsPolicy` of a pod. */
export const checkDnsPolicy = (errors: Errors, field: string, policy: string | undefined): void =>
  checkChoice(errors, field, policy, POLICIES);

/** `dnsConfig` of a pod. */
export function checkDnsConfig(errors: Errors, field: string, { dnsConfig, dnsPolicy }: Fields): void {
  if (dnsPolicy === 'None' && dnsConfig === undefined) {
    errors.push(required(field, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    return;
  }
  if (dnsConfig === undefined) return;
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  const at = `${field}.nameservers`;
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    errors.push(required(at, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
    return;
  }
  if (nameservers.length > MAX_SERVERS)
    errors.push(invalidValue(at, nameservers, `must not have more than ${MAX_SERVERS} nameservers`));
  for (const [index, server] of nameservers.entries()) errors.push(...legacyIpErrors(`${at}[${index}]`, server ?? ''));
  checkSearches(errors, `${field}.searches`, searches);
  for (const [index, { name }] of options.entries())
    if (!name) errors.push(required(`${field}.options[${index}]`, 'must not be empty'));
}

function checkSearches(errors: Errors, field: string, searches: readonly string[]): void {
  if (searches.length > MAX_SEARCHES)
    errors.push(invalidValue(field, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS)
    errors.push(
      invalidValue(
        field,
        searches,
        `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`,
      ),
    );
  for (const [index, search] of searches.entries())
    if (search !== '.') checkName(errors, `${field}[${index}]`, search.replace(/\.$/, ''), searchErrors);
}

function searchErrors(name: string): string[] {
  const errors: string[] = [];
  if (name.length > 253) errors.push('must be no more than 253 characters');
  if (!SEARCH_PATTERN.test(name))
    errors.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SEARCH}')`,
    );
  return errors;
}

/** `hostname`, `subdomain` and what stands in for both. */
export function checkHostNames(errors: Errors, field: string, spec: Fields): void {
  if (spec.hostname) checkName(errors, `${field}.hostname`, spec.hostname, dns1123LabelErrors);
  if (spec.subdomain) checkName(errors, `${field}.subdomain`, spec.subdomain, dns1123LabelErrors);
  const name: string | undefined = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${field}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true)
    errors.push(forbiddenField(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork === true) errors.push(forbiddenField(at, 'may not be specified when hostNetwork is true'));
  if (name === '') errors.push(required(at, 'must not be empty'));
  else checkName(errors, at, name, dns1123SubdomainErrors);
  if (name.length > MAX_HOSTNAME) errors.push(tooLong(at, MAX_HOSTNAME));
}

/** `hostAliases` of a pod. */
export function checkHostAliases(errors: Errors, field: string, aliases: readonly Fields[]): void {
  for (const [index, { ip, hostnames = [] }] of aliases.entries()) {
    errors.push(...legacyIpErrors(`${field}[${index}].ip`, ip ?? ''));
    for (const [position, name] of hostnames.entries())
      checkName(errors, `${field}[${index}].hostnames[${position}]`, name, dns1123SubdomainErrors);
  }
}
