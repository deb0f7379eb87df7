/** `pods/binding`: how a scheduler gives a pod its node. */
import {
  conflict,
  formatTime,
  invalid,
  type KubeObject,
  notSupported,
  required,
  resourceNotFound,
} from '@towtank/apimachinery';
import { type ApiCall, isDryRun, writeContext } from '../endpoints/api-call.ts';
import { readAs } from '../endpoints/read-body.ts';
import { valueResponse } from '../endpoints/respond.ts';
import { dressedFor } from '../negotiation/dress.ts';
import { updateObject } from '../registry/update-object.ts';
import type { Handler } from '../server/resource-router.ts';

/** POST of a Binding. Throws 409 for a pod that has a node, or is being deleted. */
export const bindingHandler: Handler = async (call) => {
  const binding = await readAs(call, 'v1', 'Binding');
  const dryRun = isDryRun(call.attributes.query.getAll('dryRun'), 'CreateOptions');
  validateBinding(call, binding);
  const transform = (old: KubeObject | undefined): KubeObject => bound(call, old as KubeObject, binding);
  await updateObject(call.store, { transform, createsMissing: false }, writeContext(call, dryRun));
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return dressedFor(call.request, valueResponse(201, status, call.warnings));
};

/** POST to the collection of bindings: the pod is the one of the same name. */
export const bindingsHandler: Handler = async (call) => {
  const { environment, attributes } = call;
  const { metadata } = await readAs(call, 'v1', 'Binding');
  const pods = environment.catalog.find('', 'v1', 'pods');
  if (pods?.store === undefined) throw resourceNotFound();
  const { name = '' } = metadata;
  return bindingHandler({ ...call, store: pods.store, attributes: { ...attributes, name, subresource: 'binding' } });
};

function validateBinding({ attributes }: ApiCall, binding: KubeObject): void {
  const { kind = '', name = '' } = (binding.target ?? {}) as { kind?: string; name?: string };
  const errors = [
    ...(kind === '' || kind === 'Node' ? [] : [notSupported('target.kind', kind, ['Node', '<empty>'])]),
    ...(name === '' ? [required('target.name')] : []),
  ];
  if (errors.length > 0)
    throw invalid({ group: '', kind: 'Binding' }, binding.metadata?.name ?? attributes.name, errors);
}

function bound({ environment }: ApiCall, old: KubeObject, { target, metadata }: KubeObject): KubeObject {
  const name = old.metadata.name ?? '';
  const refuse = (why: string): Error => conflict({ group: '', resource: 'pods/binding' }, name, why);
  if (old.metadata.deletionTimestamp !== undefined)
    throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (old.spec?.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(old.spec.nodeName)}`);
  if ((old.spec?.schedulingGates ?? []).length > 0) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const pod = structuredClone(old);
  pod.spec.nodeName = target.name;
  if (metadata?.annotations !== undefined)
    pod.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations };
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: formatTime(environment.clock.now()),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }: { type: string }) => type !== 'PodScheduled');
  pod.status = { ...pod.status, conditions: [...others, condition] };
  return pod;
}
