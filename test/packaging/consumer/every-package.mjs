/** Loads each package that is named on the command line both ways, and prints the names that it exports. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const exported = {};
for (const name of process.argv.slice(2)) {
  const commonJs = Object.keys(require(name)).sort();
  const esm = Object.keys(await import(name)).sort();
  exported[name] = { commonJs, esm };
}
console.log(JSON.stringify(exported));
