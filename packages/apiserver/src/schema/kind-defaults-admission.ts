/** Defaults of admission, flow control, and the kinds that extend the API. */
import type { Defaulter } from './defaulter.ts';

const HTTPS_PORT = 443;

const setServiceReference: Defaulter = (reference) => {
  reference.port ??= HTTPS_PORT;
};

const setSelectors: Defaulter = (value) => {
  value.matchPolicy ??= 'Equivalent';
  value.namespaceSelector ??= {};
  value.objectSelector ??= {};
};

const setWebhook: Defaulter = (webhook) => {
  webhook.failurePolicy ??= 'Fail';
  setSelectors(webhook);
  webhook.timeoutSeconds ??= 10;
};

const setRule: Defaulter = (rule) => {
  rule.scope ??= '*';
};

const setPolicySpec: Defaulter = (spec) => {
  spec.failurePolicy ??= 'Fail';
};

const setDefinition: Defaulter = ({ spec, status }) => {
  if (status.storedVersions?.length) return;
  for (const { name, storage } of spec.versions ?? []) {
    if (!storage) continue;
    status.storedVersions = [name];
    return;
  }
};

const setDefinitionSpec: Defaulter = (spec) => {
  spec.names.singular ||= String(spec.names.kind ?? '').toLowerCase();
  if (spec.names.kind) spec.names.listKind ||= `${spec.names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
};

const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** The table of this file. */
export const ADMISSION_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'io.k8s.api.admissionregistration.v1.ValidatingWebhook': setWebhook,
  'io.k8s.api.admissionregistration.v1.MutatingWebhook': (webhook) => {
    setWebhook(webhook);
    webhook.reinvocationPolicy ??= 'Never';
  },
  'io.k8s.api.admissionregistration.v1.RuleWithOperations': setRule,
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations': setRule,
  'io.k8s.api.admissionregistration.v1.MatchResources': setSelectors,
  'io.k8s.api.admissionregistration.v1.ServiceReference': setServiceReference,
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec': setPolicySpec,
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec': setPolicySpec,
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec': (spec) => {
    spec.matchingPrecedence ||= 1000;
  },
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration': (exempt) => {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  },
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration': (limited) => {
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
  },
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration': (queuing) => {
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  [`${EXTENSIONS}.CustomResourceDefinition`]: setDefinition,
  [`${EXTENSIONS}.CustomResourceDefinitionSpec`]: setDefinitionSpec,
  [`${EXTENSIONS}.ServiceReference`]: setServiceReference,
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': setServiceReference,
};
