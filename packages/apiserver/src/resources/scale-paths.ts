/** Where a resource keeps the numbers of its scale subresource. */
import type { KubeObject } from '@towtank/apimachinery';

/** Its replicas and its selector, as paths of fields. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** Answers the text form of the selector. */
  readonly selector: (object: KubeObject) => string;
  /** Throws StatusError where an object has no replicas to scale. */
  readonly check?: (object: KubeObject) => void;
}
