/** Rows of the kinds that say who may do what: disruption budgets, role bindings, signing requests. */
import type { KubeObject } from '@towtank/apimachinery';
import { count, creationAge, nameOf, textOr } from './cell-text.ts';
import { humanDuration } from './human-duration.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const podDisruptionBudget: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    `${object.spec?.minAvailable ?? 'N/A'}`,
    `${object.spec?.maxUnavailable ?? 'N/A'}`,
    count(object.status?.disruptionsAllowed),
    creationAge(object, now),
  ],
};

interface Subject {
  kind: string;
  namespace?: string;
  name: string;
}

function subjectCells(subjects: readonly Subject[]): [string, string, string] {
  const named = (kind: string, text: (subject: Subject) => string): string =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(text)
      .join(', ');
  return [
    named('User', ({ name }) => name),
    named('Group', ({ name }) => name),
    named('ServiceAccount', ({ namespace = '', name }) => `${namespace}/${name}`),
  ];
}

const roleBinding: RowPrinter = {
  cells: (object, now) => [
    nameOf(object),
    `${object.roleRef?.kind ?? ''}/${object.roleRef?.name ?? ''}`,
    creationAge(object, now),
    ...subjectCells(object.subjects ?? []),
  ],
};

function signingState({ status }: KubeObject): string {
  const types = ((status?.conditions ?? []) as { type: string }[]).map(({ type }) => type);
  const verdict = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return `${verdict}${types.includes('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

const certificateSigningRequest: RowPrinter = {
  cells(object, now) {
    const seconds = object.spec?.expirationSeconds;
    return [
      nameOf(object),
      creationAge(object, now),
      textOr(object.spec?.signerName, '<none>'),
      object.spec?.username ?? '',
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
      signingState(object),
    ];
  },
};

/** PodDisruptionBudget, both role bindings and CertificateSigningRequest. */
export const policyRows: RowPrinters = {
  'policy/PodDisruptionBudget': podDisruptionBudget,
  'rbac.authorization.k8s.io/RoleBinding': roleBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequest,
};
