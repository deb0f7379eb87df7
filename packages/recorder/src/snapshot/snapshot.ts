/** Records the state of a cluster: the objects that it holds, then every change. */
import type { Clock } from '@towtank/apimachinery';
import type { StoredObject } from '../cassette/cassette-record.ts';
import type { Recording } from '../record/recording.ts';
import type { UpstreamConnection } from '../record/upstream-connection.ts';
import { discoverResources, type SnapshotResource } from './discover-resources.ts';
import { FollowedResource, type SnapshotScope } from './followed-resource.ts';
import { UpstreamReader } from './upstream-reader.ts';

/** What is recorded. */
export interface SnapshotOptions {
  /** Names as kubectl knows them: `pods`, `deployments.apps`. Default: all but events and leases. */
  readonly resources?: readonly string[];
  /** Default: all. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
}

/** A snapshot that goes on until its recorder is closed. */
export interface Snapshot {
  /** How many objects it began with. */
  readonly objects: number;
  /** How many changes have been seen. */
  readonly changes: number;
  /** Resolves once it has ended. Rejects with the failure of the disk. */
  readonly done: Promise<void>;
}

/** What a snapshot works with. */
export interface SnapshotParts {
  readonly connection: UpstreamConnection;
  readonly recording: Recording;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Resolves when the initial objects are recorded. */
export async function startSnapshot(
  { connection, recording, clock, signal }: SnapshotParts,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  const reader = new UpstreamReader(connection);
  const counts = { objects: 0, changes: 0 };
  const follow = (scope: SnapshotScope): FollowedResource => {
    const { name } = scope.resource;
    const redacted = (object: StoredObject): StoredObject =>
      recording.redactor.value(object, name === 'v1/secrets') as StoredObject;
    return new FollowedResource(scope, {
      reader,
      clock,
      signal,
      begin: (object) => {
        counts.objects += 1;
        return recording.write({ type: 'object', resource: name, object: redacted(object) });
      },
      change: (change, object) => {
        counts.changes += 1;
        const at = recording.elapsedMs();
        return recording.write({ type: 'change', at, change, resource: name, object: redacted(object) });
      },
    });
  };
  const resources = await discoverResources(reader, options.resources);
  const followed = resources.flatMap((resource) => scopesOf(resource, options)).map(follow);
  for (const resource of followed) await resource.begin();
  const done = Promise.all(followed.map((resource) => resource.follow())).then(() => undefined);
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

function scopesOf(resource: SnapshotResource, { namespaces, labelSelector }: SnapshotOptions): SnapshotScope[] {
  const query = labelSelector === undefined ? '' : `&labelSelector=${encodeURIComponent(labelSelector)}`;
  const { base, plural, namespaced } = resource;
  if (namespaces === undefined || !namespaced) return [{ resource, path: `${base}/${plural}`, query }];
  return namespaces.map((namespace) => ({ resource, path: `${base}/namespaces/${namespace}/${plural}`, query }));
}
