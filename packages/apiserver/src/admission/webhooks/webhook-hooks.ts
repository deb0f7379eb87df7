/** The webhooks of a cluster at hand, in the order in which they are called. */
import type { KubeObject } from '@towtank/apimachinery';
import type { Storage } from '../../storage/storage.ts';
import type { MatchCondition } from '../matching/expression.ts';
import type { ResourceRule } from '../matching/resource-rules.ts';
import type { Selectors } from '../matching/selectors.ts';

/** Where a webhook is. */
export interface ClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** The authorities whose certificates are taken, as base64 of PEM; those of the machine without it. */
  readonly caBundle?: string;
}

/** A webhook, as its configuration has it after defaults. */
export interface Webhook extends Selectors {
  readonly name: string;
  readonly clientConfig: ClientConfig;
  readonly rules?: readonly ResourceRule[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly sideEffects?: string;
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions?: readonly string[];
  readonly reinvocationPolicy?: string;
  readonly matchConditions?: readonly MatchCondition[];
}

const NONE: readonly Webhook[] = [];

/** Follows the configurations of one kind. */
export class WebhookHooks {
  readonly #storage: Storage;
  readonly #prefix: string;
  readonly #stop: () => void;
  #hooks: readonly Webhook[] | undefined;

  constructor(storage: Storage, resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations') {
    this.#storage = storage;
    this.#prefix = `admissionregistration.k8s.io/${resource}`;
    const forget = (): void => {
      this.#hooks = undefined;
    };
    this.#stop = storage.watch(this.#prefix, {}, storage.revision, { event: forget });
  }

  /** All webhooks, by the name of their configuration and then as it lists them. */
  all(): readonly Webhook[] {
    this.#hooks ??= this.#read();
    return this.#hooks;
  }

  /** Stops following. */
  close(): void {
    this.#stop();
  }

  #read(): readonly Webhook[] {
    const configurations = this.#storage.peekAll(this.#prefix, {}).map(({ object }) => object);
    if (configurations.length === 0) return NONE;
    const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';
    return configurations
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .flatMap(({ webhooks }) => (webhooks ?? []) as Webhook[]);
  }
}
