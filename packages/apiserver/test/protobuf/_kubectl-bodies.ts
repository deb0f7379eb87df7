/** What Go writes. */

/** Bodies as kubectl 1.35 sends them, and the JSON that they stand for. */
export const BODIES: { name: string; body: string; object: object }[] = [
  {
    name: 'a role, with its lists',
    body: 'azhzAAokChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgRSb2xlEi0KFgoGcmVhZGVyEgAaACIAKgAyADgAQgASEwoDZ2V0CgRsaXN0EgAaBHBvZHMaACIA',
    object: {
      kind: 'Role',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name: 'reader' },
      rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
    },
  },
  {
    name: 'a secret, with bytes',
    body: 'azhzAAoMCgJ2MRIGU2VjcmV0Eh4KEQoBcxIAGgAiACoAMgA4AEIAEgcKAnB3EgF4GgAaACIA',
    object: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' }, data: { pw: 'eA==' } },
  },
  {
    name: 'a disruption budget, with a percentage where a number may stand',
    body: 'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSOAoRCgFwEgAaACIAKgAyADgAQgASFwoJCAEQABoDNTAlEgoKCAoDYXBwEgFkGgoIABgAIAAoADAAGgAiAA==',
    object: {
      kind: 'PodDisruptionBudget',
      apiVersion: 'policy/v1',
      metadata: { name: 'p' },
      spec: { minAvailable: '50%', selector: { matchLabels: { app: 'd' } } },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    },
  },
  {
    name: 'a quota, with a quantity',
    body: 'azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRInChEKAXESABoAIgAqADIAOABCABIQCg4KA2NwdRIHCgUxNTAwbRoAGgAiAA==',
    object: {
      kind: 'ResourceQuota',
      apiVersion: 'v1',
      metadata: { name: 'q' },
      spec: { hard: { cpu: '1500m' } },
      status: {},
    },
  },
  {
    name: 'a token request, with a number',
    body: 'azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIdChAKABIAGgAiACoAMgA4AEIAEgMghAcaBAoAEgAaACIA',
    object: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      spec: { expirationSeconds: 900 },
      status: { token: '' },
    },
  },
  {
    name: 'a cron job, with a template in a template',
    body: 'azhzAAoTCghiYXRjaC92MRIHQ3JvbkpvYhKfAQoSCgJjahIAGgAiACoAMgA4AEIAEoYBCgZAZGFpbHkaACp6ChIKAmNqEgAaACIAKgAyADgAQgASZDJiChAKABIAGgAiACoAMgA4AEIAEk4SJwoCY2oSB2J1c3lib3gaBGRhdGUqAEIAagByAIABAIgBAJABAKIBABoJT25GYWlsdXJlMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAaABoAIgA=',
    object: {
      kind: 'CronJob',
      apiVersion: 'batch/v1',
      metadata: { name: 'cj' },
      spec: {
        schedule: '@daily',
        jobTemplate: {
          metadata: { name: 'cj' },
          spec: {
            template: {
              metadata: {},
              spec: {
                containers: [{ name: 'cj', image: 'busybox', command: ['date'], resources: {} }],
                restartPolicy: 'OnFailure',
              },
            },
          },
        },
      },
      status: {},
    },
  },
];
