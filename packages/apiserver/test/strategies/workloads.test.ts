import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scheduleError } from '../../src/strategies/workloads/cron-schedule-error.ts';
import { changeProblems, filled, problemsOf, template } from './_problems.ts';

const test = suite('Strategies of workloads');
const selector = { matchLabels: { app: 'web' } };
const apps = (kind: string, spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'w', namespace: 'default' },
  spec: { selector, template: template(), ...spec },
});
const job = (spec: object): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'default', uid: 'u' },
  spec: { template: template({ restartPolicy: 'Never' }), ...spec },
});
const cronJob = (spec: object): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'c' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: job({}).spec }, ...spec },
});
const MISMATCH =
  'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  ['a Deployment is fine', apps('Deployment', {}), []],
  [
    'a Deployment needs a selector',
    apps('Deployment', { selector: undefined, replicas: -1 }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0', 'spec.selector: Required value', MISMATCH],
  ],
  [
    'a Deployment that cannot move is refused',
    apps('Deployment', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    'Recreate has no rolling update',
    apps('Deployment', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'templates are checked everywhere',
    apps('ReplicaSet', { template: template({ restartPolicy: 'Never', containers: [] }) }),
    [
      'spec.template.spec.containers: Required value',
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ],
  [
    'a StatefulSet mounts its claims',
    apps('StatefulSet', {
      serviceName: 's',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
      template: template({
        containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] }],
      }),
    }),
    [],
  ],
  [
    'a StatefulSet has a known policy',
    apps('StatefulSet', { serviceName: 's', podManagementPolicy: 'X' }),
    ["spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'"],
  ],
  [
    'a StatefulSet has the name of a Service, and a known way to move',
    apps('StatefulSet', { serviceName: 'a.b', updateStrategy: { type: 'X', rollingUpdate: { partition: 1 } } }),
    [
      'spec.updateStrategy: Invalid value: {"Type":"X","RollingUpdate":{"Partition":1,"MaxUnavailable":null}}: must be \'RollingUpdate\' or \'OnDelete\'',
      'spec.serviceName: Invalid value: "a.b": must not contain dots',
    ],
  ],
  [
    'a Deployment has a known way to move',
    apps('Deployment', { strategy: { type: 'X', rollingUpdate: { maxSurge: 1 } } }),
    [
      'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":1}}: supported values: "Recreate", "RollingUpdate"',
    ],
  ],
  [
    'text counts as the number that it is, or none',
    apps('Deployment', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 'x' } } }),
    [
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "x": may not be 0 when `maxSurge` is 0',
    ],
  ],
  [
    'pods of a DaemonSet have no deadline',
    apps('DaemonSet', { template: template({ activeDeadlineSeconds: 1 }) }),
    ['spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported'],
  ],
  [
    'a revision holds an object',
    { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'r' }, revision: -1 },
    ['revision: Invalid value: -1: must be greater than or equal to 0', 'data: Required value: data is mandatory'],
  ],
  [
    'a DaemonSet moves one way only',
    apps('DaemonSet', { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
  ],
  ['a Job gets a selector of its own', job({}), []],
  [
    'a Job ends',
    job({ template: template(), parallelism: -1 }),
    [
      'spec.parallelism: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
  ],
  [
    'an indexed Job knows its size',
    job({ completionMode: 'Indexed', parallelism: 1 }),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
  [
    'a CronJob has a schedule and a policy',
    cronJob({ schedule: 'x', concurrencyPolicy: 'Maybe', timeZone: 'Moon/Base' }),
    [
      'spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]',
      'spec.timeZone: Invalid value: "Moon/Base": unknown time zone Moon/Base',
      'spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"',
    ],
  ],
  [
    'a time zone is one of those that there are, in their own case',
    cronJob({ schedule: '* * * * *', timeZone: 'europe/Berlin' }),
    ['spec.timeZone: Invalid value: "europe/Berlin": unknown time zone europe/Berlin'],
  ],
  [
    'the local time zone is none',
    cronJob({ schedule: '* * * * *', timeZone: 'local' }),
    [
      'spec.timeZone: Invalid value: "local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      'spec.timeZone: Invalid value: "local": unknown time zone local',
    ],
  ],
  ['links between time zones are known', cronJob({ schedule: '* * * * *', timeZone: 'US/Eastern' }), []],
  [
    'a ReplicationController takes its selector from its template',
    { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'r' }, spec: { template: template() } },
    [],
  ],
];

for (const [name, object, problems] of ROWS) test(name, () => assert.equal(problemsOf(object), problems));

test('a CronJob that has a time zone in its schedule keeps it', () => {
  const zoned = cronJob({ schedule: 'TZ=UTC * * * * *' });
  const problem = (words: string): string => `spec.schedule: Invalid value: "TZ=UTC 1 * * * *": cannot use ${words}`;
  const after = (spec: object): KubeObject => cronJob({ schedule: 'TZ=UTC 1 * * * *', ...spec });
  assert.equal(changeProblems(zoned, after({})), []);
  assert.equal(changeProblems(zoned, after({ timeZone: 'UTC' })), [
    problem('both timeZone field and TZ or CRON_TZ in schedule'),
  ]);
  assert.equal(changeProblems(cronJob({ schedule: '* * * * *' }), after({})), [
    problem('TZ or CRON_TZ in schedule, use timeZone field instead'),
  ]);
});

test('selectors of Deployments never change', () => {
  const after = apps('Deployment', { selector: { matchLabels: { app: 'other' } } });
  assert.equal(changeProblems(apps('Deployment', {}), after), [
    MISMATCH,
    'spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
  ]);
});

test('little of a StatefulSet changes', () => {
  const before = apps('StatefulSet', { serviceName: 's' });
  assert.equal(changeProblems(before, apps('StatefulSet', { serviceName: 's', replicas: 5 })), []);
  const [problem = ''] = changeProblems(before, apps('StatefulSet', { serviceName: 't' }));
  assert.match(problem, /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals'/);
});

test('a StatefulSet that was stored with a bad name or template keeps it', () => {
  const bad = { serviceName: 'a.b', template: template({ containers: [] }) };
  assert.equal(changeProblems(apps('StatefulSet', bad), apps('StatefulSet', { ...bad, replicas: 2 })), []);
  assert.equal(
    changeProblems(apps('StatefulSet', {}), apps('StatefulSet', { template: template({ containers: [] }) })),
    ['spec.template.spec.containers: Required value'],
  );
});

test('a Job at rest may be told where its pods run, and with what', () => {
  const before = filled(job({ manualSelector: true, selector, suspend: true }));
  const after = (status: object): string[] => {
    const next: KubeObject = structuredClone({ ...before, status });
    next.spec.template.metadata.annotations = { a: 'b' };
    next.spec.template.spec.tolerations = [{ operator: 'Exists' }];
    next.spec.template.spec.containers[0].resources = { limits: { cpu: '1' }, requests: { cpu: '1' } };
    return changeProblems({ ...before, status }, next).map((problem) => problem.slice(0, 13));
  };
  const suspended = { startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Suspended', status: 'True' }] };
  assert.equal(after({}), []);
  assert.equal(after(suspended), []);
  assert.equal(after({ ...suspended, active: 1 }), ['spec.template']);
  assert.equal(after({ startTime: '2026-01-01T00:00:00Z' }), ['spec.template']);
  const next = structuredClone(before);
  next.spec.template.spec.containers[0].image = 'i:2';
  assert.match(changeProblems(before, next)[0] ?? '', /^spec\.template\.spec: Invalid value: .*: field is immutable$/);
});

test('the template of a Job never changes once it runs', () => {
  const before = filled(job({ manualSelector: true, selector }));
  const after = structuredClone(before);
  after.spec.template.spec.containers[0].image = 'i:2';
  const [problem = ''] = changeProblems(before, after);
  assert.match(problem, /^spec\.template: Invalid value: .*: field is immutable$/);
});

test('statuses count no more than there is', () => {
  const before = apps('Deployment', {});
  assert.equal(changeProblems(before, { ...before, status: { replicas: 1, readyReplicas: 2 } }, 'status'), [
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ]);
});

const SCHEDULES: Readonly<Record<string, string | undefined>> = {
  '*/5 0-23/2 1,15 jan-mar sun': undefined,
  '@every 1h30m': undefined,
  '@sometimes': 'unrecognized descriptor: @sometimes',
  '60 * * * *': 'end of range (60) above maximum (59): 60',
  '* * 0 * *': 'beginning of range (0) below minimum (1): 0',
  '5-1 * * * *': 'beginning of range (5) beyond end of range (1): 5-1',
  '*/0 * * * *': 'step of range should be a positive number: */0',
  'a * * * *': 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
};

for (const [schedule, problem] of Object.entries(SCHEDULES))
  test(`schedule ${schedule}`, () => assert.is(scheduleError(schedule), problem));

test.run();
