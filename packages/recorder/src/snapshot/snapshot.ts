/** Records the state of a cluster: the objects that it holds, then every change. */
import type { ChangeRecord, StoredObject } from '../cassette/cassette-record.ts';
import type { Recording } from '../record/recording.ts';
import type { UpstreamConnection } from '../record/upstream-connection.ts';
import { discoverResources, type SnapshotResource } from './discover-resources.ts';
import { UpstreamReader } from './upstream-reader.ts';

/** What is recorded. */
export interface SnapshotOptions {
  /** Names as kubectl knows them: `pods`, `deployments.apps`. Default: all but events and leases. */
  readonly resources?: readonly string[];
  /** Default: all. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
}

/** A snapshot that goes on until its connection is closed. */
export interface Snapshot {
  /** How many objects it began with. */
  readonly objects: number;
  /** How many changes have been seen. */
  readonly changes: number;
  /** Resolves once no watch is open any more. Rejects with the failure of the disk. */
  readonly done: Promise<void>;
}

const PAGE = 500;

/** Resolves when the initial objects are recorded and every watch has been asked for. */
export async function startSnapshot(
  connection: UpstreamConnection,
  recording: Recording,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  const reader = new UpstreamReader(connection);
  const resources = await discoverResources(reader, options.resources);
  const counts = { objects: 0, changes: 0 };
  const scopes = resources.flatMap((resource) => scopesOf(resource, options));
  const positions: string[] = [];
  for (const scope of scopes)
    positions.push(
      await list(reader, scope, async (object) => {
        counts.objects += 1;
        await recording.write({
          type: 'object',
          resource: scope.resource.name,
          object: redacted(recording, scope, object),
        });
      }),
    );
  const watches = scopes.map((scope, at) =>
    follow(reader, scope, positions[at] ?? '', async (change, object) => {
      counts.changes += 1;
      const record = { type: 'change', at: recording.elapsedMs(), change, resource: scope.resource.name } as const;
      await recording.write({ ...record, object: redacted(recording, scope, object) });
    }),
  );
  const done = Promise.all(watches).then(() => undefined);
  done.catch(() => undefined); // whoever waits for it learns of it
  return {
    get objects() {
      return counts.objects;
    },
    get changes() {
      return counts.changes;
    },
    done,
  };
}

interface Scope {
  readonly resource: SnapshotResource;
  readonly path: string;
  readonly query: string;
}

function scopesOf(resource: SnapshotResource, { namespaces, labelSelector }: SnapshotOptions): Scope[] {
  const query = labelSelector === undefined ? '' : `&labelSelector=${encodeURIComponent(labelSelector)}`;
  const { base, plural, namespaced } = resource;
  if (namespaces === undefined || !namespaced) return [{ resource, path: `${base}/${plural}`, query }];
  return namespaces.map((namespace) => ({ resource, path: `${base}/namespaces/${namespace}/${plural}`, query }));
}

const redacted = ({ redactor }: Recording, { resource }: Scope, object: StoredObject): StoredObject =>
  redactor.value(object, resource.name === 'v1/secrets') as StoredObject;

/** Lists page by page and answers the version from which a watch goes on. */
async function list(
  reader: UpstreamReader,
  { resource, path, query }: Scope,
  seen: (object: StoredObject) => Promise<void>,
): Promise<string> {
  let next = '';
  for (;;) {
    const page = (await reader.json(`${path}?limit=${PAGE}${query}${next}`)) as {
      apiVersion: string;
      metadata: { resourceVersion: string; continue?: string };
      items: StoredObject[] | null;
    };
    // The objects of a list do not say of what kind they are.
    for (const item of page.items ?? []) {
      const { apiVersion: _, kind: __, ...fields } = item;
      await seen({ apiVersion: page.apiVersion, kind: resource.kind, ...fields } as StoredObject);
    }
    if (!page.metadata.continue) return page.metadata.resourceVersion;
    next = `&continue=${encodeURIComponent(page.metadata.continue)}`;
  }
}

/** Watches, and watches on from the last version when the server ends the watch. */
async function follow(
  reader: UpstreamReader,
  { path, query }: Scope,
  from: string,
  seen: (change: ChangeRecord['change'], object: StoredObject) => Promise<void>,
): Promise<void> {
  let position = from;
  for (let last = ''; last !== position; ) {
    last = position;
    const url = `${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${position}${query}`;
    try {
      for await (const line of reader.lines(url)) {
        const { type, object } = JSON.parse(line) as { type: string; object: StoredObject };
        if (type === 'ERROR') return;
        position = (object.metadata as { resourceVersion?: string }).resourceVersion ?? position;
        if (type !== 'BOOKMARK') await seen(type as ChangeRecord['change'], object);
      }
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).syscall === 'write') throw reason; // the disk, not the connection
      return;
    }
  }
}
