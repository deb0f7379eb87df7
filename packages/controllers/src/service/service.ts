/** What the endpoint controllers read of a Service. */
import type { GroupVersionResource, IpFamily, KubeObject } from '@towtank/apimachinery';

/** `spec.ports[]` of a Service. */
export interface ServicePort {
  name?: string;
  port: number;
  protocol: string;
  targetPort?: number | string;
  appProtocol?: string;
}

/** A Service. */
export interface Service extends KubeObject {
  spec: {
    type?: string;
    selector?: Record<string, string>;
    clusterIP?: string;
    ipFamilies?: IpFamily[];
    ports?: ServicePort[];
    publishNotReadyAddresses?: boolean;
    trafficDistribution?: string;
  };
}

export const SERVICES: GroupVersionResource = { group: '', version: 'v1', resource: 'services' };

/** On Endpoints and slices of a Service without a cluster IP. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
/** On Endpoints and slices: when the change happened that they reflect. */
export const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';
/** On objects that older components use for leader election; they are no endpoints of anything. */
export const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';

/** Whether the Service has an IP of its own. */
export const hasClusterIP = ({ spec }: Service): boolean =>
  spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';

/** The selector by which controllers find the back end; undefined where somebody else looks after the endpoints. */
export function managedSelector(service: Service): Record<string, string> | undefined {
  const { type, selector } = service.spec;
  if (type === 'ExternalName' || selector === undefined || Object.keys(selector).length === 0) return undefined;
  return selector;
}
