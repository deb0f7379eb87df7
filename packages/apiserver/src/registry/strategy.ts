/** What a kind does differently: hooks that the generic registry calls in the order of the real API server. */
import type { Clock, FieldError, KubeObject, Random, UserInfo } from '@towtank/apimachinery';
import type { Resource } from '../resources/resource.ts';

/** What a hook may know of the request it serves. */
export interface StrategyContext {
  readonly resource: Resource;
  /** The group by which the object was asked for, which may be another than the one it is stored in. */
  readonly servedGroup?: string;
  readonly namespace: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Empty for the main resource, else `status`, `scale`, … */
  readonly subresource: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Adds a Warning header to the answer. */
  warn(text: string): void;
}

/** Something taken in advance of a write: kept when the write succeeds, given back when it fails. */
export interface Reservation {
  commit(): void | Promise<void>;
  rollback(): void | Promise<void>;
}

/**
 * The hooks of a kind. Each is optional: a kind without a strategy is served from the schema table alone. Hooks change
 * the object they are given in place, never throw for bad user input but return FieldErrors (admission-like refusals
 * are thrown as StatusError), and never read the clock or randomness but from the context.
 */
export interface Strategy {
  /** Rules for `metadata.name`; the default is a DNS-1123 subdomain. */
  nameErrors?(name: string): string[];
  /** Whether a creator may set the status (Nodes register with one); otherwise it is cleared. */
  readonly keepsStatusOnCreate?: boolean;
  /** Whether PUT to a missing name creates it. */
  readonly allowCreateOnUpdate?: boolean;
  /** Whether an update without resourceVersion is taken; the default is true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Whether finalizers need no domain before their name. */
  readonly takesAnyFinalizer?: boolean;
  /** Whether metadata is only looked at in objects that are fine otherwise: the kind itself has no rules for it. */
  readonly checksMetadataLast?: boolean;
  /**
   * The rules for metadata that an update runs beyond those common to all kinds, in their order; the default is those of
   * updates. They find the same again, so that only the number of causes tells.
   */
  readonly metadataRulesOfUpdate?: readonly ('create' | 'update')[];
  /** Whether the kind counts `metadata.generation`; the default is what the real kind does. */
  readonly countsGeneration?: boolean;
  /** Fills in defaults that the schema table does not state. Runs on every decoded object, patched ones included. */
  setDefaults?(object: KubeObject): void;
  /** Takes addresses, ports and the like. Runs before prepare; `old` is undefined on create. */
  begin?(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): Promise<Reservation>;
  /** Mutating admission that is built in: quota defaults, service account, priority. May throw StatusError. */
  admit?(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): void | Promise<void>;
  /** Clears what a creator may not set (the registry itself has already cleared `status` where it is a subresource). */
  prepareForCreate?(object: KubeObject, context: StrategyContext): void;
  /** Restores what an updater may not change (the registry has already restored the half that is not being written). */
  prepareForUpdate?(object: KubeObject, old: KubeObject, context: StrategyContext): void;
  /** Rules for a new object. Metadata is checked by the registry. */
  validate?(object: KubeObject, context: StrategyContext): FieldError[];
  /** Rules for a change. The default runs {@link Strategy.validate} again. */
  validateUpdate?(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[];
  /** Rules for a change through the status subresource. */
  validateStatusUpdate?(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[];
  /** Texts for Warning headers, on create and update. */
  warnings?(object: KubeObject, old: KubeObject | undefined): string[];
  /** Whether something beside `metadata.finalizers` keeps a deleted object (`spec.finalizers` of a Namespace). */
  holdsDeletion?(object: KubeObject): boolean;
  /** Changes an object whose deletion begins (the phase of a Namespace). Gets a copy. */
  prepareForDelete?(object: KubeObject): void;
  /** Seconds of grace that a deletion grants; undefined means that the kind knows no graceful deletion. */
  gracePeriodSeconds?(object: KubeObject, requested: number | undefined): number | undefined;
  /** Refuses a deletion by throwing StatusError (the default namespace), or changes the object before it. */
  checkDelete?(object: KubeObject, context: StrategyContext): void;
  /** Runs once the object is gone from storage: gives back addresses and ports. */
  afterDelete?(object: KubeObject): void | Promise<void>;
  /** Whether DELETE answers the deleted object instead of a Status. */
  readonly returnsDeletedObject?: boolean;
  /** Finalizer that an orphaning deletion sets by default (`batch/v1` Job: orphan unless asked otherwise). */
  readonly defaultPropagation?: 'Background' | 'Orphan';
  /** Values of field labels for field selectors beyond a plain path lookup. */
  selectableField?(object: KubeObject, field: string): string | undefined;
}
