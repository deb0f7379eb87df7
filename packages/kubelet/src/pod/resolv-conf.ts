/** A Pod's `/etc/resolv.conf`, which somebody makes who knows the cluster's DNS. */
import type { Pod } from './pod.ts';

/** The file, and what had to be cut to make it. */
export interface ResolvConfFile {
  readonly text: string;
  /** Messages for Warning Events with the reason `DNSConfigForming`. */
  readonly warnings: readonly string[];
}

/** Makes the file as the Pod's DNS policy asks for it. Called once for each Pod, when it comes to its node. */
export type ResolvConfMaker = (pod: Pod) => ResolvConfFile;
