/** Makes a snapshot cassette of files: dumps by kubectl, `kubectl cluster-info dump`, recordings by KWOK. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { StoredObject } from '../cassette/cassette-record.ts';
import { CassetteWriter } from '../cassette/cassette-writer.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { ImportOptions } from './import-exchanges.ts';
import { KwokRecording, type ResourcePatch } from './kwok-recording.ts';
import { resourceOf } from './resource-of.ts';

/** Reads a file or, with all below it, a folder, and writes every object that it holds. Throws an Error that names the file. */
export async function importDump(path: string, cassette: string, options: ImportOptions): Promise<void> {
  const { recorded, source, redaction } = options;
  const redactor = new Redactor(redaction);
  const kwok = new KwokRecording();
  const patches: ResourcePatch[] = [];
  await using writer = await CassetteWriter.open(cassette, { recorded, ...(source === undefined ? {} : { source }) });
  const clean = (object: StoredObject): StoredObject => redactor.value(object) as StoredObject;
  for (const file of await manifestsBelow(path))
    for (const object of objectsOf(await readFile(file, 'utf8'), file)) {
      if (object.kind === 'ResourcePatch') patches.push(object as unknown as ResourcePatch);
      else {
        const resource = resourceOf(object);
        kwok.begin(resource, object);
        await writer.write({ type: 'object', resource, object: clean(object) });
      }
    }
  for (const patch of patches) {
    const record = kwok.change(patch);
    if (record !== undefined) await writer.write({ ...record, object: clean(record.object) });
  }
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
