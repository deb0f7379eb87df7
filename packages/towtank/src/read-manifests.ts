/** Manifests: paths, YAML texts and objects, as `apply` takes them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '@towtank/apimachinery';

/** A path of a file or folder, YAML or JSON text, an object, or several of these. */
export type ManifestSource = string | KubeObject | readonly (string | KubeObject)[];

/** A manifest that cannot be read. The message says where. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Reads all objects of a source, in their order. Throws {@link ManifestError}. */
export async function readManifests(source: ManifestSource): Promise<KubeObject[]> {
  const sources = Array.isArray(source) ? source : [source];
  const objects = await Promise.all(
    sources.map((one) => (typeof one === 'string' ? readText(one) : [one as KubeObject])),
  );
  return objects.flat();
}

/** Text with a line break or a colon is YAML; anything else is a path. */
async function readText(text: string): Promise<KubeObject[]> {
  if (/\n|:\s|^\s*\{/.test(text)) return await parseManifest(text, 'manifest');
  const found = await stat(text).catch((cause) => {
    throw new ManifestError(`${text}: no such file or folder`, { cause });
  });
  if (!found.isDirectory()) return await parseManifest(await readFile(text, 'utf8'), text);
  const files = (await readdir(text)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  const parsed = await Promise.all(files.map((name) => readText(join(text, name))));
  return parsed.flat();
}

/** Parses YAML or JSON text. `origin` names it in errors. Throws {@link ManifestError}. */
export async function parseManifest(text: string, origin: string): Promise<KubeObject[]> {
  // loaded here: many clusters are never given any text
  const { parseAllDocuments } = await import('yaml');
  return parseAllDocuments(text, { version: '1.1', merge: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ManifestError(`${origin}: ${error.message.split('\n')[0]}`, { cause: error });
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : [checked(value, origin)];
  });
}

function checked(value: unknown, origin: string): KubeObject {
  const object = value as KubeObject;
  if (typeof value !== 'object' || Array.isArray(value)) throw new ManifestError(`${origin}: a document is no object`);
  if (typeof object.kind !== 'string' || typeof object.apiVersion !== 'string')
    throw new ManifestError(`${origin}: an object has no apiVersion or no kind`);
  object.metadata ??= {};
  return object;
}
