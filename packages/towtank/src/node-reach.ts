/** The API server's way to the nodes, which start after it. */
import type { Socket } from 'node:net';
import { serviceUnavailable } from '@towtank/apimachinery';
import type { NodeConnector as ApiNodeConnector } from '@towtank/apiserver';
import type { NodeConnector } from '@towtank/kubelet';
import type { VirtualNetwork } from '@towtank/network';

/** A connector that refuses with 503 until the nodes are there. */
export class NodeReach implements ApiNodeConnector {
  #nodes: NodeConnector | undefined;
  #network: VirtualNetwork | undefined;

  /** From now on requests go to these nodes. */
  open(nodes: NodeConnector, network: VirtualNetwork): void {
    this.#nodes = nodes;
    this.#network = network;
  }

  logs(...given: Parameters<ApiNodeConnector['logs']>): AsyncIterable<Uint8Array> {
    return this.#opened(this.#nodes).logs(...given);
  }

  async exec(...given: Parameters<ApiNodeConnector['exec']>): Promise<number> {
    return await this.#opened(this.#nodes).exec(...given);
  }

  async attach(...given: Parameters<ApiNodeConnector['attach']>): Promise<void> {
    await this.#opened(this.#nodes).attach(...given);
  }

  async connect(...given: Parameters<ApiNodeConnector['connect']>): Promise<Socket> {
    return await this.#opened(this.#nodes).connect(...given);
  }

  async dial(...given: Parameters<ApiNodeConnector['dial']>): Promise<Socket> {
    return await this.#opened(this.#network).dial(...given);
  }

  #opened<T>(part: T | undefined): T {
    if (part === undefined) throw serviceUnavailable('the nodes have not started yet');
    return part;
  }
}
