/** Which flow each request belongs to: what clients read in the headers of priority and fairness. */
import type { FlowHeaders, KubeObject, UserInfo } from '@towtank/apimachinery';
import type { RequestAttributes } from '../registry/request-attributes.ts';
import type { Storage } from '../storage/storage.ts';
import { covers, type FlowRule, isAbout } from './match-rule.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
/** Precedence of a schema that names none. */
const DEFAULT_PRECEDENCE = 1000;

/** A schema, ready to be compared with requests. */
interface Flow {
  readonly name: string;
  readonly precedence: number;
  readonly rules: readonly FlowRule[];
  readonly headers: FlowHeaders;
}

/** The FlowSchemas of a cluster at hand, in the order in which they are asked. */
export class FlowSchemas {
  readonly #schemas = new Map<string, KubeObject>();
  readonly #levels = new Map<string, KubeObject>();
  #stops: (() => void)[] = [];
  #flows: readonly Flow[] | undefined;
  #ofUser = new WeakMap<UserInfo, readonly Flow[]>();

  /** Takes over the newest state of a store, and follows it until this is closed. */
  async follow(storage: Storage): Promise<void> {
    for (const [resource, table] of [
      ['flowschemas', this.#schemas],
      ['prioritylevelconfigurations', this.#levels],
    ] as const) {
      const prefix = `${GROUP}/${resource}`;
      const { items, revision } = await storage.list(prefix, {});
      for (const { key, object } of items) table.set(key, object);
      const stop = storage.watch(prefix, {}, revision, {
        event: ({ type, stored }) => {
          if (type === 'DELETED') table.delete(stored.key);
          else table.set(stored.key, stored.object);
          this.#flows = undefined;
        },
      });
      this.#stops.push(stop);
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** The headers that name the flow of a request: that of the first schema which is about it. */
  headersOf(user: UserInfo, attributes: RequestAttributes): FlowHeaders | undefined {
    if (this.#flows === undefined) {
      this.#flows = this.#inOrder();
      this.#ofUser = new WeakMap();
    }
    let flows = this.#ofUser.get(user);
    if (flows === undefined) {
      flows = this.#flows.flatMap((flow) => narrowed(flow, user));
      this.#ofUser.set(user, flows);
    }
    return flows.find(({ rules }) => rules.some((rule) => covers(rule, attributes)))?.headers;
  }

  #inOrder(): readonly Flow[] {
    const flows = [...this.#schemas.values()].map((schema) => this.#flowOf(schema));
    return flows.sort((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1));
  }

  #flowOf({ metadata: { name = '', uid = '' }, spec }: KubeObject): Flow {
    const level = this.#levels.get(spec?.priorityLevelConfiguration?.name ?? '');
    return {
      name,
      precedence: spec?.matchingPrecedence ?? DEFAULT_PRECEDENCE,
      rules: spec?.rules ?? [],
      headers: {
        'x-kubernetes-pf-flowschema-uid': uid,
        'x-kubernetes-pf-prioritylevel-uid': level?.metadata.uid ?? '',
      },
    };
  }
}

/** A flow with the rules that are about a user; nothing where there is none. */
function narrowed(flow: Flow, user: UserInfo): Flow[] {
  const rules = flow.rules.filter((rule) => isAbout(rule, user));
  return rules.length === 0 ? [] : [{ ...flow, rules }];
}
