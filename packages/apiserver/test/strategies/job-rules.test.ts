import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, problemsOf, template } from './_problems.ts';

const test = suite('Strategy of Jobs');

const job = (spec: object, status: object = {}, name = 'j'): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default', uid: 'u' },
  spec: { template: template({ restartPolicy: 'Never' }), ...spec },
  status,
});
const indexed = (spec: object): KubeObject =>
  job({ completionMode: 'Indexed', completions: 3, parallelism: 3, ...spec });
const onFailure = (...rules: readonly object[]): KubeObject => job({ podFailurePolicy: { rules } });

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'a manager has a domain and a path',
    job({ managedBy: 'A_/b c' }),
    [
      "spec.managedBy: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      "spec.managedBy: Invalid value: \"b c\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
    ],
  ],
  [
    'a failure means one thing',
    onFailure({}, { action: 'FailIndex', onPodConditions: [{ status: 'Maybe' }], onExitCodes: { operator: 'In' } }),
    [
      'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      'spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: null: at least one value is required',
      'spec.podFailurePolicy.rules[1].onPodConditions[0].type: Invalid value: "": name part must be non-empty',
      "spec.podFailurePolicy.rules[1].onPodConditions[0].type: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'spec.podFailurePolicy.rules[1].onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      'spec.podFailurePolicy.rules[1]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
    ],
  ],
  [
    'exit codes stand once, in order, and are not success',
    onFailure({ action: 'Ignore', onExitCodes: { operator: 'In', values: [2, 1, 0, 1] } }),
    [
      'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Invalid value: 0: must not be 0 for the In operator',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[3]: Duplicate value: 1',
      'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1,0,1]: must be ordered',
    ],
  ],
  [
    'many completions have limits of their own',
    indexed({ completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 }),
    [
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
      'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
    ],
  ],
  [
    'only an indexed Job succeeds by a policy',
    job({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
    [
      'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
    ],
  ],
  [
    'the pods of an indexed Job have names',
    { ...indexed({}), metadata: { name: 'a.b', namespace: 'default', uid: 'u' } },
    ['metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-2'],
  ],
  [
    'pods that fail for a reason do not restart',
    job({ template: template({ restartPolicy: 'OnFailure' }), podFailurePolicy: { rules: [] } }),
    [
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const TIME = '2026-01-01T00:00:00Z';
const holding = (...types: readonly string[]): object => ({
  conditions: types.map((type) => ({ type, status: 'True' })),
});
const done = { startTime: TIME, completionTime: TIME, ...holding('SuccessCriteriaMet', 'Complete') };

const STATUSES: readonly (readonly [
  name: string,
  before: KubeObject,
  after: KubeObject,
  problems: readonly string[],
])[] = [
  ['a Job is done', job({}), job({}, done), []],
  [
    'when it has met its criteria, at a time, and nothing runs',
    job({}),
    job({}, { active: 1, ready: 2, ...holding('Complete') }),
    [
      'status.completionTime: Required value: completionTime is required for Complete jobs',
      'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
      'status.startTime: Required value: startTime is required for finished job',
      'status.ready: Invalid value: 2: cannot set more ready pods than active',
    ],
  ],
  [
    'it does not fail as well',
    job({}, done),
    job({}, { ...done, ...holding('SuccessCriteriaMet', 'Complete', 'Failed') }),
    [
      'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
    ],
  ],
  [
    'and stays done',
    job({}, { ...done, succeeded: 1 }),
    job({}, { startTime: TIME }),
    [
      'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
      'status.succeeded: Invalid value: 0: cannot decrease the succeeded counter',
      'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
    ],
  ],
  [
    'an index completes or fails',
    indexed({ backoffLimitPerIndex: 1 }),
    { ...indexed({ backoffLimitPerIndex: 1 }), status: { completedIndexes: '0,2', failedIndexes: '1-2' } },
    ['status.failedIndexes: Invalid value: "1-2": failedIndexes and completedIndexes overlap at index: 2'],
  ],
  [
    'and is one of the Job',
    indexed({}),
    { ...indexed({}), status: { completedIndexes: '3' } },
    ['status.completedIndexes: Invalid value: "3": error parsing completedIndexes: too large index: "3"'],
  ],
  ['what was wrong before may stay', job({}, holding('Complete')), job({}, { ...holding('Complete'), failed: 1 }), []],
];

for (const [name, before, after, problems] of STATUSES)
  test(name, () => assert.equal(changeProblems(before, after, 'status'), problems));

test('a template that may not change is shown as it is in memory', () => {
  const [problem = ''] = changeProblems(
    job({ manualSelector: true, selector: { matchLabels: { app: 'web' } } }),
    job({
      manualSelector: true,
      selector: { matchLabels: { app: 'web' } },
      template: template({ restartPolicy: 'Never', hostname: 'h' }),
    }),
  );
  assert.match(problem, /^spec\.template: Invalid value: \{"labels":\{"app":"web"\},"Spec":\{"Volumes":null,/);
});

test.run();
