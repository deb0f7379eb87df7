/** Which requests the rules of webhooks and policies are about. */
import type { ResourceCatalog, ServedResource } from '../../resources/catalog.ts';
import type { Resource } from '../../resources/resource.ts';
import type { AdmissionAttributes } from '../admission.ts';

/** A rule of a configuration, as it is written. */
export interface ResourceRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  /** `pods`, `pods/status`, `*`, `pods/*`, `*\/scale`. */
  readonly resources?: readonly string[];
  readonly scope?: string;
  /** Policies only: the names that the rule is about; all of them when there are none. */
  readonly resourceNames?: readonly string[];
}

/** The version in which a request is looked at: the one that it asks for, or an equivalent one that a rule names. */
export type MatchedVersion = Pick<ServedResource, 'resource' | 'toStored' | 'fromStored' | 'schema'>;

/** Subresources whose objects are of the kind of their resource. Writes through all others are not looked at. */
const SAME_KIND: ReadonlySet<string> = new Set(['', 'status', 'ephemeralcontainers', 'resize', 'approval', 'finalize']);

/** Whether requests for a subresource are put before webhooks and policies at all. */
export const isReviewed = (subresource: string): boolean => SAME_KIND.has(subresource);

/** Configurations of webhooks and policies are never put before any: who breaks one must be able to mend it. */
export const isExempt = ({ resource, subresource }: AdmissionAttributes): boolean =>
  resource.group === 'admissionregistration.k8s.io' || !isReviewed(subresource);

/** The namespace of a request; that of a Namespace is itself. */
export const namespaceOf = ({ resource, namespace, name }: AdmissionAttributes): string =>
  isNamespace(resource) ? name : namespace;

/** The version that a request asks for. */
export const askedVersion = ({ served, resource }: AdmissionAttributes): MatchedVersion =>
  served ?? { resource, schema: {} };

/** The version in which the first rule that is about the request sees it; undefined when none is. */
export function matchRules(
  rules: readonly ResourceRule[],
  attributes: AdmissionAttributes,
  { catalog, matchPolicy }: { readonly catalog: ResourceCatalog; readonly matchPolicy: string | undefined },
): MatchedVersion | undefined {
  const asked = askedVersion(attributes);
  if (rules.some((rule) => isAbout(rule, attributes, asked.resource))) return asked;
  if (matchPolicy === 'Exact' || attributes.served?.store === undefined) return undefined;
  const others = equivalents(attributes.served, catalog);
  for (const rule of rules) {
    const found = others.find(({ resource }) => isAbout(rule, attributes, resource));
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Equivalents {
  readonly generation: number;
  readonly others: readonly ServedResource[];
}

const known = new WeakMap<ServedResource, Equivalents>();

/** The other served resources that read and write the same objects; most have none. */
function equivalents(asked: ServedResource, catalog: ResourceCatalog): readonly ServedResource[] {
  const { generation } = catalog;
  let found = known.get(asked);
  if (found?.generation !== generation) {
    const isOther = ({ store, resource }: ServedResource): boolean =>
      store?.prefix === asked.store?.prefix && resource !== asked.resource;
    found = { generation, others: catalog.all().filter(isOther) };
    known.set(asked, found);
  }
  return found.others;
}

function isAbout(rule: ResourceRule, attributes: AdmissionAttributes, resource: Resource): boolean {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], resourceNames = [] } = rule;
  return (
    includes(operations, attributes.operation) &&
    includes(apiGroups, resource.group) &&
    includes(apiVersions, resource.version) &&
    resources.some((name) => covers(name, resource.resource, attributes.subresource)) &&
    inScope(rule.scope, attributes) &&
    (resourceNames.length === 0 || resourceNames.includes(attributes.name))
  );
}

const includes = (values: readonly string[], value: string): boolean => values.includes('*') || values.includes(value);

function covers(name: string, resource: string, subresource: string): boolean {
  const slash = name.indexOf('/');
  const [main, sub] = slash < 0 ? [name, ''] : [name.slice(0, slash), name.slice(slash + 1)];
  return (main === '*' || main === resource) && (sub === '*' || sub === subresource);
}

function inScope(scope: string | undefined, { resource, namespace }: AdmissionAttributes): boolean {
  if (scope === undefined || scope === '*') return true;
  const isNamespaced = !isNamespace(resource) && namespace !== '';
  return isNamespaced === (scope === 'Namespaced');
}

const isNamespace = ({ group, resource }: Resource): boolean => group === '' && resource === 'namespaces';
