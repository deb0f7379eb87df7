/** Runs a TypeScript program of the repository from its source: `node --conditions=@towtank/source scripts/run-source.mjs PROGRAM [arguments]`. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const [program] = process.argv.splice(2, 1);
process.argv[1] = resolve(join(root, program));
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(process.argv[1]).href);
