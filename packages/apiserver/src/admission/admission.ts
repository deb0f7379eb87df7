/** What stands between a decoded request and the registry. */
import type { KubeObject, UserInfo } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';

/** A request as admission sees it. */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The new object; undefined for DELETE. Mutating plugins change it in place. */
  readonly object: KubeObject | undefined;
  /** The stored object, frozen; undefined for CREATE. */
  readonly oldObject: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Options of the request, as an object of kind CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
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
