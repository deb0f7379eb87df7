/** The scale subresource: the number of replicas of a workload, seen as a Scale of `autoscaling/v1`. */
import {
  type ApiResponse,
  formatGroupVersion,
  formatLabelSelector,
  invalid,
  invalidValue,
  type KubeObject,
  type LabelSelector,
  resourceNotFound,
} from '@towtank/apimachinery';
import { managersForScale, managersFromScale } from '../apply/scale-managed-fields.ts';
import { type ApiCall, isDryRun, writeContext } from '../endpoints/api-call.ts';
import { negotiate } from '../endpoints/negotiate.ts';
import { decodeForCall } from '../endpoints/object-codec.ts';
import { patchBody, patchedObject } from '../endpoints/patch-handler.ts';
import { readBody } from '../endpoints/read-body.ts';
import { storedResponse } from '../endpoints/respond.ts';
import { getStored } from '../registry/resource-store.ts';
import { updateObject } from '../registry/update-object.ts';
import type { ResourceColumn } from '../resources/resource.ts';
import type { ScalePaths } from '../resources/scale-paths.ts';
import { schemaNamed } from '../schema/schema-table.ts';
import type { Handlers } from '../server/resource-router.ts';
import { StoredObject } from '../storage/stored-object.ts';

const REPLICAS = { specReplicas: ['spec', 'replicas'], statusReplicas: ['status', 'replicas'] };

/** Workloads whose selector has the object form. */
export const WORKLOAD_PATHS: ScalePaths = {
  ...REPLICAS,
  selector: ({ spec }) => formatLabelSelector((spec?.selector ?? {}) as LabelSelector),
};

/** ReplicationControllers select by a plain map. */
export const REPLICATION_CONTROLLER_PATHS: ScalePaths = {
  ...REPLICAS,
  selector: ({ spec }) => formatLabelSelector({ matchLabels: spec?.selector ?? {} }),
};

/** Handlers of `…/scale`. */
export const scaleHandlers = (paths: ScalePaths): Handlers => ({
  get: async (call) => {
    const { object } = await getStored(call.store, call.attributes.namespace, call.attributes.name);
    paths.check?.(object);
    return answer(call, scaleOf(object, paths));
  },
  update: async (call) => {
    const body = await readBody(call);
    return await writeScale(call, paths, 'UpdateOptions', (scaleCall, old) => decodeForCall(scaleCall, body, old));
  },
  patch: async (call) => {
    const patch = await patchBody(call);
    return await writeScale(call, paths, 'PatchOptions', (scaleCall, old) => patchedObject(scaleCall, old, patch));
  },
});

/** The same for custom resources, whose definitions say where their replicas are. */
export const customScaleHandlers: Handlers = Object.fromEntries(
  ['get', 'update', 'patch'].map((verb) => [
    verb,
    (call: ApiCall) => {
      const handler = call.served.scale === undefined ? undefined : scaleHandlers(call.served.scale)[verb];
      if (handler === undefined) throw resourceNotFound();
      return handler(call);
    },
  ]),
);

type Change = (call: ApiCall, old: KubeObject) => KubeObject;

async function writeScale(call: ApiCall, paths: ScalePaths, options: string, change: Change): Promise<ApiResponse> {
  const dryRun = isDryRun(call.attributes.query.getAll('dryRun'), options);
  const scaleCall = asScaleCall(call);
  const transform = (old: KubeObject | undefined): KubeObject => {
    const parent = structuredClone(old as KubeObject);
    const scale = change(scaleCall, withManagers(scaleOf(parent, paths), parent, paths));
    validateScale(scale);
    writeAt(parent, paths.specReplicas, scale.spec?.replicas ?? 0);
    const { group, version } = call.store.resource;
    const managers = managersFromScale(parent.metadata.managedFields, scale.metadata.managedFields, {
      apiVersion: formatGroupVersion(group, version),
      path: paths.specReplicas,
    });
    if (managers.length > 0) parent.metadata.managedFields = managers;
    if (scale.metadata.resourceVersion) parent.metadata.resourceVersion = scale.metadata.resourceVersion;
    else delete parent.metadata.resourceVersion;
    return parent;
  };
  const { stored } = await updateObject(call.store, { transform, createsMissing: false }, writeContext(call, dryRun));
  return answer(call, scaleOf(stored.object, paths));
}

/** A Scale in the form that the client asks for. */
function answer(call: ApiCall, scale: KubeObject): ApiResponse {
  const { representation, finish } = negotiate(asScaleCall(call));
  return finish(storedResponse(200, new StoredObject('', scale, 0), representation, call.warnings));
}

function validateScale({ spec, metadata }: KubeObject): void {
  const replicas = spec?.replicas ?? 0;
  if (replicas >= 0) return;
  const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, metadata.name ?? '', [error]);
}

/** Answers show no managers, but a write must know whose replicas it changes. */
function withManagers(scale: KubeObject, parent: KubeObject, paths: ScalePaths): KubeObject {
  const managers = managersForScale(parent.metadata.managedFields, paths.specReplicas);
  if (managers.length > 0) scale.metadata.managedFields = managers;
  return scale;
}

/** The Scale of an object. */
export function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = readAt(object, paths.specReplicas);
  const selector = paths.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: readAt(object, paths.statusReplicas), ...(selector === '' ? {} : { selector }) },
  };
}

function readAt(object: KubeObject, path: readonly string[]): number {
  let value: unknown = object;
  for (const field of path) value = (value as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'number' ? value : 0;
}

function writeAt(object: KubeObject, path: readonly string[], value: number): void {
  let target: Record<string, unknown> = object;
  for (const field of path.slice(0, -1)) {
    target[field] ??= {};
    target = target[field] as Record<string, unknown>;
  }
  target[path.at(-1) ?? ''] = value;
}

/** How a Scale is shown as a table. */
const COLUMNS: readonly ResourceColumn[] = [
  { name: 'Name', type: 'string' },
  { name: 'Desired', type: 'integer' },
  { name: 'Available', type: 'integer' },
  { name: 'Age', type: 'string' },
];

/** The call as one of a resource of Scales, so that bodies are read as such. */
function asScaleCall(call: ApiCall): ApiCall {
  const schema = schemaNamed('io.k8s.api.autoscaling.v1.Scale') ?? {};
  const resource = {
    ...call.served.resource,
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    subresources: [],
    columns: COLUMNS,
  };
  return {
    ...call,
    served: { resource, schema, store: undefined },
    store: { ...call.store, resource, schema, strategy: {} },
  };
}
