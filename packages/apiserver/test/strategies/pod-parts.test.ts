import type { KubeObject } from '@towtank/apimachinery';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeProblems, pod, problemsOf } from './_problems.ts';

const test = suite('Parts of pods that few use');

const withAnnotations = (annotations: Record<string, string>, spec: object): KubeObject => {
  const object = pod(spec);
  return { ...object, metadata: { ...object.metadata, annotations } };
};
const projected = (source: object): KubeObject => pod({ volumes: [{ name: 'v', projected: { sources: [source] } }] });
const inVolume = 'spec.volumes[0].projected.sources[0]';
const fromFile = { name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a/../b', key: 'K' } } };

const ROWS: readonly (readonly [name: string, object: KubeObject, problems: readonly string[]])[] = [
  [
    'a signal to stop by is one of an operating system',
    pod({}, { lifecycle: { stopSignal: 'SIGTERM' } }),
    ['spec.containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`'],
  ],
  ['of Linux', pod({ os: { name: 'linux' } }, { lifecycle: { stopSignal: 'SIGRTMAX-3' } }), []],
  [
    'or of Windows',
    pod({ os: { name: 'windows' } }, { lifecycle: { stopSignal: 'SIGHUP' } }),
    ['spec.containers[0].lifecycle.stopSignal: Unsupported value: "SIGHUP": supported values: "SIGKILL", "SIGTERM"'],
  ],
  [
    'rules of restarting say when and what',
    pod(
      {},
      {
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'Near', values: [1] } }, { action: 'Restart' }],
      },
    ),
    [
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "Near": supported values: "In", "NotIn"',
      'spec.containers[0].restartPolicyRules[1].exitCodes: Required value: must be specified',
    ],
  ],
  [
    'a variable from a file is from an empty volume',
    pod({ volumes: [{ name: 'v', configMap: { name: 'm' } }] }, { env: [fromFile] }),
    [
      'spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: "a/../b": must not contain \'..\'',
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir',
    ],
  ],
  [
    'that is there',
    pod({}, { env: [{ ...fromFile, valueFrom: { fileKeyRef: { volumeName: 'w', path: 'a', key: 'K' } } }] }),
    ['spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: "w"'],
  ],
  [
    'an image may be mounted in part',
    pod(
      { volumes: [{ name: 'v', image: { reference: 'i' } }] },
      { volumeMounts: [{ name: 'v', mountPath: '/m', subPath: 'a' }] },
    ),
    [],
  ],
  [
    'a certificate is of a signer, a kind and a time',
    projected({ podCertificate: { signerName: 'a', keyType: 'DSA', maxExpirationSeconds: 60 } }),
    [
      `${inVolume}.podCertificate.signerName: Invalid value: "a": must be a fully qualified domain and path of the form "example.com/signer-name"`,
      `${inVolume}.podCertificate.keyType: Unsupported value: "DSA": supported values: "RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"`,
      `${inVolume}.podCertificate.maxExpirationSeconds: Invalid value: 60: if provided, maxExpirationSeconds must be >= 3600`,
      `${inVolume}.podCertificate: Required value: specify at least one of credentialBundlePath, keyPath, and certificateChainPath`,
    ],
  ],
  [
    'signers of Kubernetes give a day',
    projected({
      podCertificate: {
        signerName: 'kubernetes.io/x',
        keyType: 'ED25519',
        maxExpirationSeconds: 86_401,
        keyPath: 'a',
        certificateChainPath: 'a',
      },
    }),
    [
      `${inVolume}.podCertificate.maxExpirationSeconds: Invalid value: 86401: if provided, maxExpirationSeconds must be <= 86400`,
      'spec.volumes[0].projected: Invalid value: "a": conflicting duplicate paths',
    ],
  ],
  [
    'a bundle is named, or selected by signer',
    projected({ clusterTrustBundle: { name: 'n', signerName: 'a.b/c', path: 'p' } }),
    [
      `${inVolume}.clusterTrustBundle: Invalid value: {"Name":"n","SignerName":"a.b/c","LabelSelector":null,"Optional":null,"Path":"p"}: only one of name and signerName may be used`,
    ],
  ],
  [
    'tolerations do not compare numbers yet',
    pod({ tolerations: [{ key: 'a', operator: 'Gt', value: '1' }] }),
    ['spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"'],
  ],
  [
    'pods of a node itself claim nothing',
    withAnnotations(
      { 'kubernetes.io/config.mirror': 'x' },
      { nodeName: 'n', resourceClaims: [{ name: 'c', resourceClaimName: 'c' }] },
    ),
    [': Forbidden: static pods do not support resource claims'],
  ],
  [
    'a context that escalates is shown whole',
    pod({}, { securityContext: { allowPrivilegeEscalation: false, privileged: true, seLinuxOptions: { user: 'u' } } }),
    [
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":{"User":"u","Role":"","Type":"","Level":""},"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'a pod without containers has nothing else to say',
    pod({ containers: [], initContainers: [{ name: 'i', image: 'i' }], resources: { limits: { cpu: '1' } } }),
    ['spec.containers: Required value'],
  ],
];

for (const [name, value, problems] of ROWS) test(name, () => assert.equal(problemsOf(value), problems));

const sized = (requests: object, ofPod?: object): KubeObject =>
  pod(ofPod === undefined ? {} : { resources: ofPod }, { resources: { requests } });

test('a resize changes amounts, of containers and of the pod', () => {
  const before = sized({ cpu: '1' }, { requests: { cpu: '2', memory: '1Gi' } });
  const after = sized({ cpu: '2' }, { requests: { cpu: '3', memory: '1Gi' } });
  assert.equal(changeProblems(before, after, 'resize'), []);
});

test('but takes none away', () => {
  const before = sized({ cpu: '1', memory: '1Gi' });
  assert.equal(changeProblems(before, sized({ cpu: '1' }), 'resize'), [
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
  ]);
});

test('what a gated pod asks of nodes is shown as it is in memory', () => {
  const gated = (key: string): KubeObject =>
    pod({
      schedulingGates: [{ name: 'g' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }],
          },
        },
      },
    });
  assert.equal(changeProblems(gated('a'), gated('b')), [
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"MatchExpressions":[{"Key":"b","Operator":"Exists","Values":null}],"MatchFields":null}: only additions are allowed (no mutations or deletions)',
  ]);
});

test.run();
