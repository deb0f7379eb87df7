/** What the containers of one Pod share. */
import type { Activity, Clock, Random } from '@towtank/apimachinery';
import type { Source, VirtualNetwork } from '@towtank/network';
import type { ConfigSource } from '../pod/config-source.ts';
import type { Whereabouts } from '../pod/field-value.ts';
import type { Pod } from '../pod/pod.ts';
import type { ImageTable } from './image-table.ts';

/** The surroundings of a Pod's containers. */
export interface PodWorld {
  /** The Pod as last seen. */
  readonly pod: Pod;
  readonly nodeName: string;
  readonly where: Whereabouts;
  readonly images: ImageTable;
  readonly network: VirtualNetwork;
  /** The Pod on the network. */
  readonly source: Source;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Container functions that are to end by themselves, while they run. */
  readonly jobs: Activity;
  readonly random: Random;
  readonly config: ConfigSource;
  /** Variables of the Services that the Pod may know. */
  serviceVariables(): Record<string, string>;
  /** The Pod's `/etc/resolv.conf`. */
  readonly resolvConf: string;
  /** Records an event about a part of the Pod. */
  event(type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}
