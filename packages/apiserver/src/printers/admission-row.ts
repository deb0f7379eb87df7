/** Rows of `admissionregistration.k8s.io`: webhooks, policies and their bindings. */
import type { KubeObject, LabelSelector } from '@towtank/apimachinery';
import { creationAge, lengthOf, nameOf } from './cell-text.ts';
import type { RowPrinter, RowPrinters } from './row-printer.ts';

const webhookConfiguration: RowPrinter = {
  cells: (object, now) => [nameOf(object), lengthOf(object.webhooks), creationAge(object, now)],
};

const paramKind = ({ spec }: KubeObject): string =>
  spec?.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`;

const admissionPolicy = (rules: 'validations' | 'mutations'): RowPrinter => ({
  cells: (object, now) => [nameOf(object), lengthOf(object.spec?.[rules]), paramKind(object), creationAge(object, now)],
});

/** A selector as Go prints the struct: the one place where Kubernetes shows it so. */
function selectorDump({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const list = `[]LabelSelectorRequirement{${expressions.join('')}}`;
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:${list},}`;
}

function paramRef({ spec }: KubeObject): string {
  const { name, namespace, selector } = spec?.paramRef ?? {};
  if (name) return `${namespace || '*'}/${name}`;
  return selector === undefined ? '<unset>' : selectorDump(selector);
}

const admissionPolicyBinding: RowPrinter = {
  cells: (object, now) => [nameOf(object), object.spec?.policyName ?? '', paramRef(object), creationAge(object, now)],
};

/** Webhook configurations, admission policies and policy bindings. */
export const admissionRows: RowPrinters = {
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookConfiguration,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookConfiguration,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': admissionPolicy('validations'),
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': admissionPolicy('mutations'),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': admissionPolicyBinding,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': admissionPolicyBinding,
};
