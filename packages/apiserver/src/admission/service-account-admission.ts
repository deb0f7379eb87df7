/** Pods run as a service account, and find its token. */
import type { Clock, KubeObject, Random, StatusError, Timer } from '@towtank/apimachinery';
import { shareValue } from '../storage/shared-value.ts';
import type { Storage } from '../storage/storage.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { isAbout, refusal } from './admission-refusal.ts';
import { type Container, containersOf, type PodSpec, type Volume } from './pod-spec.ts';

/** What the plugin works with. */
export interface ServiceAccountAdmissionOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where a container finds the token of its service account. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

const ACCOUNTS = 'serviceaccounts';
const VOLUME_PREFIX = 'kube-api-access-';
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
/** How long a new namespace may take to get its default service account. */
const DEFAULT_ACCOUNT_PATIENCE_MS = 1000;

/** Gives pods a service account, its image pull secrets, and a volume with its token. Refuses unknown accounts. */
export const serviceAccountAdmission = (options: ServiceAccountAdmissionOptions): AdmissionPlugin => ({
  name: 'ServiceAccount',
  admit(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' || object === undefined || !isAbout(attributes, 'pods')) return;
    const spec = object.spec as PodSpec | undefined;
    if (spec === undefined) return;
    if (object.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return refuseMirrorReferences(spec, attributes);
    const name = spec.serviceAccountName || spec.serviceAccount || 'default';
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const key = `${attributes.namespace}/${name}`;
    const account = options.storage.peek(ACCOUNTS, key)?.object;
    if (account !== undefined) return useAccount(spec, account, options);
    if (name !== 'default') throw unknownAccount(attributes, name);
    return awaitAccount(options, attributes.namespace, key).then((late) => {
      if (late === undefined) throw unknownAccount(attributes, name);
      useAccount(spec, late, options);
    });
  },
});

const unknownAccount = (attributes: AdmissionAttributes, name: string): StatusError =>
  refusal(
    attributes,
    `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
  );

function useAccount(spec: PodSpec, account: KubeObject, { random }: ServiceAccountAdmissionOptions): void {
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)
    mountToken(spec, () => VOLUME_PREFIX + random.suffix(5));
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
    spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
}

function refuseMirrorReferences(spec: PodSpec, attributes: AdmissionAttributes): void {
  if (spec.serviceAccountName) throw refusal(attributes, 'a mirror pod may not reference service accounts');
  if (spec.volumes?.some(({ secret }) => secret !== undefined))
    throw refusal(attributes, 'a mirror pod may not reference secrets');
}

/** The default account of a new namespace is made by a controller, which may be a moment behind: it is waited for. */
async function awaitAccount(
  { storage, clock }: ServiceAccountAdmissionOptions,
  namespace: string,
  key: string,
): Promise<KubeObject | undefined> {
  let timer: Timer | undefined;
  let stop: (() => void) | undefined;
  const account = await new Promise<KubeObject | undefined>((resolve) => {
    timer = clock.schedule(DEFAULT_ACCOUNT_PATIENCE_MS, () => resolve(undefined));
    stop = storage.watch(ACCOUNTS, { namespace }, storage.revision, {
      event({ type, stored }) {
        if (type !== 'DELETED' && stored.key === key) resolve(stored.object);
      },
    });
  });
  timer?.cancel();
  stop?.();
  return account;
}

function mountToken(spec: PodSpec, newName: () => string): void {
  const existing = spec.volumes?.find(({ name }) => name?.startsWith(VOLUME_PREFIX));
  const containers = containersOf(spec).filter((container) => !mountsToken(container));
  if (containers.length === 0) return;
  const name = existing?.name ?? newName();
  for (const container of containers)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_MOUNT_PATH }];
  if (existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

const mountsToken = ({ volumeMounts }: Container): boolean =>
  volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_MOUNT_PATH) ?? false;

/** Token, authority and namespace; with the service authority that the reference cluster adds. The same for all pods. */
const TOKEN_SOURCES = shareValue([
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  { configMap: { name: 'openshift-service-ca.crt', items: [{ key: 'service-ca.crt', path: 'service-ca.crt' }] } },
]);

const tokenVolume = (name: string): Volume => ({ name, projected: { sources: TOKEN_SOURCES, defaultMode: 420 } });
