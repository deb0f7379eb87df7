/** Makes a snapshot cassette of files: dumps by kubectl, `kubectl cluster-info dump`, recordings by KWOK. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { StoredObject } from '../cassette/cassette-record.ts';
import { CassetteWriter } from '../cassette/cassette-writer.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { ImportOptions } from './import-exchanges.ts';
import { isResourcePatch, KwokRecording, type ResourcePatch } from './kwok-recording.ts';
import { resourceOf } from './resource-of.ts';

/** Reads a file or, with all below it, a folder, and writes every object that it holds. Throws an Error that names the file. */
export async function importDump(path: string, cassette: string, options: ImportOptions): Promise<void> {
  const { recorded, source, redaction } = options;
  const redactor = new Redactor(redaction);
  const { objects, patches } = await readDump(path);
  const resources = definedResources(objects);
  const kwok = new KwokRecording();
  await using writer = await CassetteWriter.open(cassette, { recorded, ...(source === undefined ? {} : { source }) });
  const clean = (object: StoredObject, resource: string): StoredObject =>
    redactor.value(object, resource === 'v1/secrets') as StoredObject;
  for (const object of objects) {
    const resource = resources.get(`${object.apiVersion} ${object.kind}`) ?? resourceOf(object);
    kwok.begin(resource, object);
    await writer.write({ type: 'object', resource, object: clean(object, resource) });
  }
  // They are written as they were seen, several resources at once.
  for (const patch of patches.sort((a, b) => a.durationNanosecond - b.durationNanosecond)) {
    const record = kwok.change(patch);
    await writer.write({ ...record, object: clean(record.object, record.resource) });
  }
}

interface Dump {
  readonly objects: StoredObject[];
  readonly patches: ResourcePatch[];
}

async function readDump(path: string): Promise<Dump> {
  const dump: Dump = { objects: [], patches: [] };
  for (const file of await manifestsBelow(path))
    for (const object of objectsOf(await readFile(file, 'utf8'), file))
      if (isResourcePatch(object)) dump.patches.push(object as unknown as ResourcePatch);
      else dump.objects.push(object);
  return dump;
}

/** The resources of kinds that are defined in the dump itself. */
function definedResources(objects: readonly StoredObject[]): ReadonlyMap<string, string> {
  const resources = new Map<string, string>();
  for (const { kind, spec } of objects) {
    if (kind !== 'CustomResourceDefinition') continue;
    const { group, names, versions = [] } = spec as CustomResourceSpec;
    for (const { name } of versions)
      resources.set(`${group}/${name} ${names?.kind}`, `${group}/${name}/${names?.plural}`);
  }
  return resources;
}

interface CustomResourceSpec {
  readonly group?: string;
  readonly names?: { readonly kind?: string; readonly plural?: string };
  readonly versions?: readonly { readonly name: string }[];
}

async function manifestsBelow(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** The objects of a file, out of lists too. */
function objectsOf(text: string, file: string): StoredObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}: ${error.message.split('\n')[0]}`, { cause: error });
    return unlisted(document.toJS(), file);
  });
}

function unlisted(value: unknown, file: string): StoredObject[] {
  if (value === null || value === undefined) return [];
  const { kind, apiVersion, items } = value as { kind?: unknown; apiVersion?: unknown; items?: readonly unknown[] };
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    throw new Error(`${file}: an object has no apiVersion or no kind`);
  if (!kind.endsWith('List') || !Array.isArray(items)) return [value as StoredObject];
  const itemKind = kind === 'List' ? {} : { apiVersion, kind: kind.replace(/List$/, '') };
  return items.map((item) => ({ ...itemKind, ...(item as object) }) as StoredObject);
}
