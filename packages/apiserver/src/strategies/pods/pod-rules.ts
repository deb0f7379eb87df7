/** Rules for a pod: new, or as it is after a change. */
import { forbiddenField, type KubeObject } from '@towtank/apimachinery';
import type { Errors } from '../validation/field-rules.ts';
import { checkImageBlanks } from './container-rules.ts';
import { checkPodAnnotations } from './pod-annotation-rules.ts';
import { checkPodSpec } from './pod-spec-rules.ts';

/** What holds for every pod. Metadata is checked by the registry. */
export function checkPod(errors: Errors, { metadata, spec }: KubeObject): void {
  checkPodAnnotations(errors, 'metadata.annotations', metadata.annotations, spec);
  checkPodSpec(errors, 'spec', spec, metadata);
  if (!spec.serviceAccountName) checkNoTokens(errors, spec.volumes ?? []);
  checkImageBlanks(errors, 'spec.containers', spec.containers ?? []);
  checkImageBlanks(errors, 'spec.initContainers', spec.initContainers ?? []);
}

/** What holds for a new pod besides. */
export function checkNewPod(errors: Errors, pod: KubeObject): void {
  checkPod(errors, pod);
  const { ephemeralContainers = [], schedulingGates = [], nodeName } = pod.spec;
  if (ephemeralContainers.length > 0)
    errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  if (nodeName && schedulingGates.length > 0)
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
}

type ProjectedVolume = { projected?: { sources?: { serviceAccountToken?: object }[] } };

/** A token is of a service account; without one there is no token. */
function checkNoTokens(errors: Errors, volumes: readonly ProjectedVolume[]): void {
  for (const [index, { projected }] of volumes.entries())
    for (const [position, source] of (projected?.sources ?? []).entries())
      if (source.serviceAccountToken !== undefined)
        errors.push(
          forbiddenField(
            `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`,
            'must not be specified when serviceAccountName is not set',
          ),
        );
}
