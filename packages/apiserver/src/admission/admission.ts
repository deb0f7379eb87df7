/** What stands between a decoded request and the registry. */
import type { KubeObject, UserInfo } from '@towtank/apimachinery';
import type { ServedResource } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';

/** The rounds of the mutating half of one request: a second one follows where a plugin asks for it in the first. */
export interface AdmissionRound {
  isSecond: boolean;
  wantsSecond: boolean;
}

/** A request as admission sees it. */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** The stored version. */
  readonly resource: Resource;
  /** The version that is asked for; undefined for writes of the server's own. */
  readonly served?: ServedResource | undefined;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The new object; undefined for DELETE. Mutating plugins change it in place. */
  readonly object: KubeObject | undefined;
  /** The stored object, frozen; undefined for CREATE. */
  readonly oldObject: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly round: AdmissionRound;
  /** Options of the request: the fields of CreateOptions, UpdateOptions or DeleteOptions. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Adds a Warning header to the answer. */
  warn(text: string): void;
}

/** A rule. Refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Changes the object; runs before defaults are prepared and rules are checked. */
  admit?(attributes: AdmissionAttributes): void | Promise<void>;
  /** Looks at the final object; runs last, before storage. */
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}
