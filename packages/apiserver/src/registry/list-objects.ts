/** Lists: consistent pages of what a selector matches. */
import { expired, matchesLabels, StatusError } from '@towtank/apimachinery';
import { StorageError, type StorageList } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { encodeContinue } from './continue-token.ts';
import { checkFieldSelector, matchesFields } from './field-values.ts';
import { withLabel } from './label-index.ts';
import type { ListOptions } from './list-options.ts';
import { type ResourceStore, tooLargeRevision } from './resource-store.ts';

/** One page of a list. */
export interface ListPage {
  readonly items: readonly StoredObject[];
  readonly revision: number;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  /** Whether these are all present objects of the resource, or of a namespace of it. */
  readonly whole: boolean;
}

/** Reads a page. Throws StatusError: 400, 410 when the revision is forgotten, 504 when it is yet to come. */
export async function listObjects(
  store: ResourceStore,
  namespace: string | undefined,
  options: ListOptions,
): Promise<ListPage> {
  checkFieldSelector(store, options.fields);
  const { items: all, revision } = await read(store, namespace, options);
  const start = options.continueToken?.start;
  const keyed = start === undefined ? all : all.filter(({ key }) => `/${relativeKey(key, namespace)}` >= start);
  const selected = selector(store, options);
  const matching = selected === undefined ? keyed : (byLabel(keyed, options) ?? keyed.filter(selected));
  if (options.limit <= 0 || matching.length <= options.limit)
    return {
      items: matching,
      revision,
      whole: selected === undefined && start === undefined && options.resourceVersionMatch !== 'Exact',
    };
  const items = matching.slice(0, options.limit);
  const last = items.at(-1) as StoredObject;
  return {
    items,
    revision,
    continue: encodeContinue({ revision, start: `/${relativeKey(last.key, namespace)}\u0000` }),
    ...(selected === undefined ? { remainingItemCount: matching.length - items.length } : {}),
    whole: false,
  };
}

/** A predicate for the selectors; undefined when everything is selected. */
export function selector(
  store: ResourceStore,
  { labels, fields }: ListOptions,
): ((stored: StoredObject) => boolean) | undefined {
  if (labels.length === 0 && fields.length === 0) return undefined;
  return ({ object }) => matchesLabels(labels, object.metadata.labels) && matchesFields(store, fields, object);
}

/** What the commonest selector of all selects: one label with one value. Undefined for other selectors. */
function byLabel(items: readonly StoredObject[], { labels, fields }: ListOptions): readonly StoredObject[] | undefined {
  const [only] = labels;
  if (fields.length > 0 || labels.length !== 1 || only?.operator !== 'In' || only.values.length !== 1) return undefined;
  return withLabel(items, only.key, only.values[0] ?? '');
}

const relativeKey = (key: string, namespace: string | undefined): string =>
  namespace === undefined ? key : key.slice(namespace.length + 1);

async function read(store: ResourceStore, namespace: string | undefined, options: ListOptions): Promise<StorageList> {
  const { storage, prefix } = store;
  const asked = Number(options.resourceVersion || 0);
  if (asked > storage.revision) throw tooLargeRevision(storage.revision, asked);
  const exact = options.continueToken?.revision ?? (options.resourceVersionMatch === 'Exact' ? asked : undefined);
  try {
    return await storage.list(prefix, { namespace }, exact);
  } catch (reason) {
    if (!(reason instanceof StorageError)) throw reason;
    if (reason.code === 'FutureRevision') throw tooLargeRevision(reason.revision, exact);
    throw options.continueToken === undefined ? expired(TOO_OLD) : tokenExpired(store, options, reason);
  }
}

const TOO_OLD = 'The resourceVersion for the provided list is too old.';

/** 410 of a forgotten page; its token lets the client go on at the newest revision, inconsistently. */
function tokenExpired(store: ResourceStore, { continueToken }: ListOptions, cause: Error): StatusError {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const token = encodeContinue({ revision: store.storage.revision, start: continueToken?.start ?? '' });
  return new StatusError(410, 'Expired', message, { metadata: { continue: token }, cause });
}
