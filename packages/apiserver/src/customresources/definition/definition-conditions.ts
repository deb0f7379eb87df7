/** Which names a definition gets, and what is said of that in its status. */
import { conditionOf, type Definition, type DefinitionCondition, type DefinitionNames } from './definition.ts';

/** Names that are taken in a group, those of the definition itself left out. */
interface TakenNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** The part of a definition's status that follows from its names and those of others. */
export interface NamesStatus {
  readonly acceptedNames: DefinitionNames;
  readonly conditions: readonly DefinitionCondition[];
}

/** Decides the names of a definition among all others. `time` is when a condition that changes has changed. */
export function namesStatus(definition: Definition, others: readonly Definition[], time: string): NamesStatus {
  const { names } = definition.spec;
  const taken = takenNames(definition, others);
  const before = definition.status?.acceptedNames ?? { plural: '', kind: '' };
  const problems: { reason: string; message: string }[] = [];
  const accept = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>): string => {
    const wanted = names[field] ?? '';
    if (wanted === (before[field] ?? '') || !used.has(wanted)) return wanted;
    problems.push({ reason: `${field.charAt(0).toUpperCase()}${field.slice(1)}Conflict`, message: inUse(wanted) });
    return before[field] ?? '';
  };
  const plural = accept('plural', taken.resources);
  const singular = accept('singular', taken.resources);
  const shortNames = acceptShortNames(names, before, taken.resources, problems);
  const kind = accept('kind', taken.kinds);
  const listKind = accept('listKind', taken.kinds);
  const acceptedNames = {
    plural,
    ...(singular === '' ? {} : { singular }),
    ...(shortNames === undefined ? {} : { shortNames }),
    kind,
    ...(listKind === '' ? {} : { listKind }),
    ...(names.categories === undefined ? {} : { categories: names.categories }),
  };
  return { acceptedNames, conditions: withConditions(definition, judged(definition, problems.at(-1)), time) };
}

function takenNames(definition: Definition, others: readonly Definition[]): TakenNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { metadata, spec, status } of others) {
    if (spec.group !== definition.spec.group || metadata.name === definition.metadata.name) continue;
    const { plural = '', singular = '', shortNames = [], kind = '', listKind = '' } = status?.acceptedNames ?? {};
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    for (const name of [kind, listKind]) kinds.add(name);
  }
  resources.delete('');
  kinds.delete('');
  return { resources, kinds };
}

function acceptShortNames(
  names: DefinitionNames,
  before: DefinitionNames,
  taken: ReadonlySet<string>,
  problems: { reason: string; message: string }[],
): readonly string[] | undefined {
  const clashes = (names.shortNames ?? []).filter((name) => !before.shortNames?.includes(name) && taken.has(name));
  if (clashes.length === 0) return names.shortNames;
  const texts = clashes.map(inUse);
  problems.push({ reason: 'ShortNamesConflict', message: texts.length === 1 ? texts.join() : `[${texts.join(', ')}]` });
  return before.shortNames;
}

const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;

/** What is to be said of the names; once established, a definition stays so. */
function judged(
  definition: Definition,
  problem: { reason: string; message: string } | undefined,
): DefinitionCondition[] {
  const established = conditionOf(definition, 'Established');
  const accepted: DefinitionCondition =
    problem === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...problem };
  if (established?.status === 'True') return [accepted, established];
  const initial = { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' };
  return [
    accepted,
    problem === undefined
      ? { ...initial, message: 'the initial names have been accepted' }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
    ...approvalOf(definition),
  ];
}

/** Groups of the project itself are approved, or their definition says that they are not. */
function approvalOf({ metadata, spec }: Definition): DefinitionCondition[] {
  const approval = metadata.annotations?.[APPROVAL];
  if (!isProtectedGroup(spec.group) || approval === undefined) return [];
  const type = 'KubernetesAPIApprovalPolicyConformant';
  if (approval.startsWith('unapproved'))
    return [
      { type, status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(approval)}` },
    ];
  return [{ type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${approval}` }];
}

/** The annotation by which a definition in a group of the project names its approval. */
export const APPROVAL = 'api-approved.kubernetes.io';

/** Whether a group belongs to the Kubernetes project. */
export const isProtectedGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);

/** The conditions of a definition with newer ones in their places; times change with the status. */
export function withConditions(
  { status }: Definition,
  newer: readonly DefinitionCondition[],
  time: string,
): DefinitionCondition[] {
  const conditions = [...(status?.conditions ?? [])];
  for (const condition of newer) {
    const at = conditions.findIndex(({ type }) => type === condition.type);
    const old = at < 0 ? undefined : conditions[at];
    const same = old?.status === condition.status;
    const { type, status: state, reason, message } = condition;
    const timed: DefinitionCondition = {
      type,
      status: state,
      lastTransitionTime: (same ? old?.lastTransitionTime : undefined) ?? time,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
    if (at < 0) conditions.push(timed);
    else conditions[at] = timed;
  }
  return conditions;
}
