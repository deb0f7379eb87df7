import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf } from './_problems.ts';

const test = suite('Strategies of admission and flow control');

const GROUP = 'admissionregistration.k8s.io/v1';
const object = (apiVersion: string, kind: string, fields: object, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...fields,
});
const hook = (fields: object = {}): object => ({
  name: 'a.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { url: 'https://a' },
  ...fields,
});
const webhooks = (...hooks: readonly object[]): KubeObject =>
  object(GROUP, 'MutatingWebhookConfiguration', { webhooks: hooks });
const rule = (fields: object = {}): object => ({
  operations: ['CREATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['pods'],
  ...fields,
});
const policy = (spec: object = {}): KubeObject =>
  object(GROUP, 'ValidatingAdmissionPolicy', {
    spec: { matchConstraints: { resourceRules: [rule()] }, validations: [{ expression: 'true' }], ...spec },
  });
const change = (spec: object = {}): KubeObject =>
  object(GROUP, 'MutatingAdmissionPolicy', {
    spec: {
      matchConstraints: { resourceRules: [rule()] },
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
      reinvocationPolicy: 'Never',
      ...spec,
    },
  });
const binding = (spec: object): KubeObject =>
  object(GROUP, 'ValidatingAdmissionPolicyBinding', {
    spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
  });

const FLOW = 'flowcontrol.apiserver.k8s.io/v1';
const flowSchema = (flowRule: object): KubeObject =>
  object(FLOW, 'FlowSchema', { spec: { priorityLevelConfiguration: { name: 'l' }, rules: [flowRule] } });
const group = { kind: 'Group', group: { name: 'g' } };
const level = (spec: object, name = 'x'): KubeObject => object(FLOW, 'PriorityLevelConfiguration', { spec }, name);

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['a webhook is fine', webhooks(hook({ rules: [rule()] })), []],
  [
    'a URL of a webhook is one of https, and no more than a place',
    webhooks(hook({ clientConfig: { url: 'http://u:p@h/x?y=1#z' } })),
    [
      'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "z": fragments are not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "y=1": query parameters are not permitted in the URL',
    ],
  ],
  [
    'it has a host',
    webhooks(hook({ clientConfig: { url: 'nowhere' } })),
    [
      'webhooks[0].clientConfig.url: Invalid value: "": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "": host must be specified; desired format: https://host[/path]',
    ],
  ],
  [
    'and can be read',
    webhooks(hook({ clientConfig: { url: 'https://h:x/' } })),
    [
      'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "https://h:x/": invalid port ":x" after host; desired format: https://host[/path]',
    ],
  ],
  [
    'a Service of a webhook has a path of names; its own name is reported as its namespace, as Kubernetes does',
    webhooks(hook({ clientConfig: { service: { namespace: 'n', path: 'a/B/' } } })),
    [
      'webhooks[0].clientConfig.service.namespace: Required value',
      'webhooks[0].clientConfig.service.path: Invalid value: "a/B/": must start with a \'/\'',
      'webhooks[0].clientConfig.service.path: Invalid value: "a/B/": segment[0] may not be empty',
      `webhooks[0].clientConfig.service.path: Invalid value: "a/B/": segment[1]: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ],
  [
    'webhooks have names of their own and review versions that are known',
    webhooks(hook({ admissionReviewVersions: ['v2', 'v2'] }), hook()),
    [
      'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
      'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
      'webhooks[1].name: Duplicate value: "a.example.com"',
    ],
  ],
  [
    'a webhook without side effects says so',
    webhooks(hook({ sideEffects: 'Some', reinvocationPolicy: 'Often', timeoutSeconds: 31 })),
    [
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      'webhooks[0].reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"',
    ],
  ],
  [
    'resources do not say the same twice',
    webhooks(hook({ rules: [rule({ resources: ['pods/*', 'pods/status', '*/scale', 'a/scale', '*', 'b', '*/*'] })] })),
    [
      'webhooks[0].rules[0].resources[1]: Invalid value: "pods/status": if \'pods/*\' is present, must not specify pods/status',
      'webhooks[0].rules[0].resources[3]: Invalid value: "a/scale": if \'*/scale\' is present, must not specify a/scale',
      'webhooks[0].rules[0].resources: Invalid value: ["pods/*","pods/status","*/scale","a/scale","*","b","*/*"]: if \'*/*\' is present, must not specify other resources',
      'webhooks[0].rules[0].resources: Invalid value: ["pods/*","pods/status","*/scale","a/scale","*","b","*/*"]: if \'*\' is present, must not specify other resources without subresources',
    ],
  ],
  ['a policy that changes is fine', change(), []],
  [
    'it changes something, in a known way, and nothing that is deleted',
    change({
      matchConstraints: { resourceRules: [rule({ operations: ['DELETE'] })] },
      mutations: [],
      reinvocationPolicy: 'Odd',
    }),
    [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
      'spec.mutations: Required value: mutations must contain at least one item',
      'spec.reinvocationPolicy: Unsupported value: "Odd": supported values: "IfNeeded", "Never"',
    ],
  ],
  [
    'each of its changes is of one type',
    change({
      mutations: [
        { patchType: 'Odd' },
        { patchType: 'JSONPatch', applyConfiguration: { expression: 'x' } },
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: ' ' } },
      ],
    }),
    [
      'spec.mutations[0].patchType: Unsupported value: "Odd": supported values: "ApplyConfiguration", "JSONPatch"',
      'spec.mutations[1].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'spec.mutations[1].applyConfiguration: Invalid value: {"Expression":"x"}: must not be specified when patchType is JSONPatch',
      'spec.mutations[2].applyConfiguration.expression: Required value: expression is not specified',
    ],
  ],
  [
    'its binding names it',
    object(GROUP, 'MutatingAdmissionPolicyBinding', {
      spec: { matchResources: { resourceRules: [rule({ operations: ['DELETE'] })] } },
    }),
    [
      'spec.policyName: Required value',
      'spec.matchResources.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ],
  ],
  ['a policy is fine', policy({ variables: [{ name: 'a', expression: '1' }] }), []],
  [
    'a policy says of what, and why',
    policy({
      paramKind: { apiVersion: 'a/b/c', kind: '1' },
      validations: [{ expression: ' ', message: 'a\nb', reason: 'Unauthorized' }],
      variables: [{ name: 'in', expression: '' }],
      auditAnnotations: [{ key: 'a b', valueExpression: '' }],
    }),
    [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      "spec.paramKind.kind: Invalid value: \"1\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier',
      'spec.variables[0].expression: Required value: expression is not specified',
      'spec.validations[0].expression: Required value: expression is not specified',
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[0].reason: Unsupported value: "Unauthorized": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      "spec.auditAnnotations[0].key: Invalid value: \"x/a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
    ],
  ],
  [
    'names of resources stand once and fit into a path',
    policy({ matchConstraints: { resourceRules: [rule({ resourceNames: ['a/b', 'c', 'c'] })] } }),
    [
      'spec.matchConstraints.resourceRules[0].resourceNames[0]: Invalid value: "a/b": may not contain \'/\'',
      'spec.matchConstraints.resourceRules[0].resourceNames[2]: Duplicate value: "c"',
    ],
  ],
  [
    'a parameter is named or selected, not both',
    binding({ paramRef: { name: 'n', selector: {}, parameterNotFoundAction: 'Maybe' } }),
    [
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Unsupported value: "Maybe": supported values: "Deny", "Allow"',
    ],
  ],
  [
    'a subject of a FlowSchema is of a kind that there is',
    flowSchema({
      subjects: [{ kind: 'constructor' }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a'] }],
    }),
    [
      'spec.rules[0].subjects[0].kind: Unsupported value: "constructor": supported values: "Group", "ServiceAccount", "User"',
    ],
  ],
  [
    'a rule of a FlowSchema is about somebody and something',
    flowSchema({
      subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: 'a', namespace: '' }, user: { name: 'u' } }],
      resourceRules: [{ verbs: ['get'], apiGroups: ['*', 'a'], resources: ['*'], namespaces: ['A'] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a', 'b', '/c//d', '/e*'] }],
    }),
    [
      'spec.rules[0].subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account',
      "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
      'spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other api groups',
      "spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: \"A\": each member of this list must be '*' or a DNS-1123 label; a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "b": must start with slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/c//d": must not contain double slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/e*": wildcard can only do suffix matching',
    ],
  ],
  [
    'paths that are null are none',
    flowSchema({ subjects: [group], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: null }] }),
    [
      'spec.rules[0].nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value',
    ],
  ],
  [
    'verbs that are not known are all shown',
    flowSchema({ subjects: [group], nonResourceRules: [{ verbs: ['*', 'get'], nonResourceURLs: ['*', '/a'] }] }),
    [
      'spec.rules[0].nonResourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs: Invalid value: ["*","/a"]: if \'*\' is present, must not specify other non-resource URLs',
    ],
  ],
  [
    'a level lends a part, and deals hands that one hash can tell apart',
    level({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: -1,
        lendablePercent: 101,
        borrowingLimitPercent: -1,
        limitResponse: { type: 'Queue', queuing: { queues: 1024, handSize: 7, queueLengthLimit: -1 } },
      },
    }),
    [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ],
  [
    'only one level is exempt, and that one is as it is',
    level({ type: 'Exempt', limited: { limitResponse: { type: 'Reject' } } }, 'exempt'),
    [
      'spec.limited: Forbidden: must be nil if the type is not Limited',
      'spec: Invalid value: {"Type":"Exempt","Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'exempt\' except the \'spec.exempt\' field must equal the fixed value',
    ],
  ],
  [
    'others are not',
    level({ type: 'Exempt' }),
    ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
  ],
  ['what the exempt lend may change', level({ type: 'Exempt', exempt: { lendablePercent: 5 } }, 'exempt'), []],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

test('what was tolerated once is tolerated again', () => {
  const loud = webhooks(hook({ sideEffects: 'Some', admissionReviewVersions: ['v9'] }), hook());
  assert.equal(changeProblems(loud, loud), []);
  const quiet = webhooks(hook());
  assert.equal(changeProblems(quiet, webhooks(hook({ sideEffects: 'Some' }))), [
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  ]);
});

test('conditions of a webhook that stay are not looked at again', () => {
  const odd = webhooks(hook({ matchConditions: [{ name: 'a b', expression: 'true' }] }));
  assert.equal(changeProblems(odd, odd), []);
  assert.is(problemsOf(odd).length, 1);
});

test.run();
