/** ConfigMaps and Secrets as their Pods read them. */
import { hasReason, type KubeObject } from '@towtank/apimachinery';
import type { InformerFactory, KubeClient } from '@towtank/client';

/** A ConfigMap or Secret as plain bytes by key. */
export type ConfigData = Readonly<Record<string, Uint8Array>>;

/** Which of the two kinds. */
export type ConfigKind = 'configmap' | 'secret';

const RESOURCES = { configmap: 'configmaps', secret: 'secrets' } as const;

/** Reads what Pods refer to, and tells when something that was missing may have come. */
export class ConfigSource {
  readonly #client: KubeClient;
  readonly #informers: InformerFactory;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #followed = new Map<ConfigKind, () => void>();

  constructor(client: KubeClient, informers: InformerFactory) {
    this.#client = client;
    this.#informers = informers;
  }

  /** The data of an object as it is now; undefined where there is none. */
  async read(kind: ConfigKind, namespace: string, name: string): Promise<ConfigData | undefined> {
    try {
      const gvr = { group: '', version: 'v1', resource: RESOURCES[kind] };
      return dataOf(kind, await this.#client.resource(gvr).get(name, { namespace }));
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Calls `changed` whenever an object of the namespace comes or changes; the result ends that. */
  watch(namespace: string, changed: () => void): () => void {
    for (const kind of ['configmap', 'secret'] as const) this.#follow(kind);
    const waiting = this.#waiting.get(namespace) ?? new Set();
    this.#waiting.set(namespace, waiting.add(changed));
    return () => {
      waiting.delete(changed);
      if (waiting.size === 0) this.#waiting.delete(namespace);
    };
  }

  close(): void {
    for (const remove of this.#followed.values()) remove();
    this.#followed.clear();
    this.#waiting.clear();
  }

  /** Nobody watches ConfigMaps and Secrets before the first Pod misses one. */
  #follow(kind: ConfigKind): void {
    if (this.#followed.has(kind)) return;
    const informer = this.#informers.informer({ group: '', version: 'v1', resource: RESOURCES[kind] });
    const tell = ({ metadata }: KubeObject): void => {
      for (const changed of [...(this.#waiting.get(metadata.namespace ?? '') ?? [])]) changed();
    };
    this.#followed.set(kind, informer.addHandler({ added: tell, updated: (_, object) => tell(object) }));
  }
}

function dataOf(kind: ConfigKind, object: KubeObject): ConfigData {
  const data: Record<string, string> = object.data ?? {};
  const binary: Record<string, string> = kind === 'secret' ? data : (object.binaryData ?? {});
  const text = kind === 'secret' ? {} : data;
  return {
    ...Object.fromEntries(Object.entries(text).map(([key, value]) => [key, Buffer.from(value)])),
    ...Object.fromEntries(Object.entries(binary).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
  };
}
