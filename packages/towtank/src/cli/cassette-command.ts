/** `towtank cassette`: looks into recordings, checks them and makes new ones of them. */
import { readFile, writeFile } from 'node:fs/promises';
import {
  cassetteRows,
  checkCassette,
  diffCassettes,
  exchangesFromHar,
  harFromCassette,
  importDump,
  importExchanges,
  mergeCassettes,
  trimCassette,
} from '@towtank/recorder';
import { Command, InvalidArgumentError } from 'commander';
import { cassettePath, newCassettePath } from './cassette-path.ts';
import { paint } from './describe-cluster.ts';
import { formatTable } from './format-table.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Gathers the paths of an argument that may be given more than once. */
const cassettePaths = (name: string, before: readonly string[] = []): string[] => [...before, cassettePath(name)];

/** The command and those below it. */
export const cassetteCommand = (): Command =>
  new Command('cassette')
    .description('look into recordings')
    .addCommand(showCommand())
    .addCommand(checkCommand())
    .addCommand(diffCommand())
    .addCommand(trimCommand())
    .addCommand(mergeCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand());

const showCommand = (): Command =>
  new Command('show')
    .description('list what was recorded')
    .argument('<cassette>', 'what was recorded', cassettePath)
    .action(async (path: string) => {
      const rows = await cassetteRows(path);
      const cells = rows.map(({ line, atMs, what, subject, outcome }) => [
        `${line}`,
        `${atMs}`,
        what,
        subject,
        outcome,
      ]);
      print(formatTable(['LINE', 'MS', 'WHAT', 'SUBJECT', 'OUTCOME'], cells));
    });

const checkCommand = (): Command =>
  new Command('check')
    .description('fail when a recording is damaged or holds what looks like a credential')
    .argument('<cassette...>', 'what was recorded', cassettePaths)
    .action(async (paths: string[]) => {
      const rows: string[][] = [];
      let left = 0;
      for (const path of paths) {
        const { summary, leftovers } = await checkCassette(path);
        for (const { line, what } of leftovers) print(paint('red', `${path}:${line}: ${what}`));
        left += leftovers.length;
        const { requests, streams, frames, objects, changes, durationMs, truncatedAt } = summary;
        const counts = [requests, streams, frames, objects, changes, durationMs, leftovers.length].map(String);
        rows.push([path, ...counts, truncatedAt === undefined ? '' : `truncated at line ${truncatedAt}`]);
      }
      const headings = ['REQUESTS', 'STREAMS', 'FRAMES', 'OBJECTS', 'CHANGES', 'MS', 'CREDENTIALS', ''];
      print(formatTable(['CASSETTE', ...headings], rows));
      if (left > 0) throw new Error(`${left} credentials are left: record again with rules of your own`);
    });

const diffCommand = (): Command =>
  new Command('diff')
    .description('compare two recordings of the same; fails when they differ')
    .argument('<first>', 'one recording', cassettePath)
    .argument('<second>', 'the other', cassettePath)
    .action(async (first: string, second: string) => {
      const differences = await diffCassettes(first, second);
      for (const { kind, method, url, lines } of differences) {
        print(paint('bold', `${kind}: ${method} ${url}`));
        for (const line of lines) print(paint(line.startsWith('-') ? 'red' : 'green', `  ${line}`));
      }
      if (differences.length > 0) throw new Error(`${differences.length} differences`);
    });

const trimCommand = (): Command =>
  new Command('trim')
    .description('keep a part of a recording')
    .argument('<cassette>', 'what was recorded', cassettePath)
    .requiredOption('-o, --output <cassette>', 'where the part goes', newCassettePath)
    .option('--keep <pattern>', 'only requests whose path and query match', pattern)
    .option('--drop <pattern>', 'no requests whose path and query match', pattern)
    .option('--until <seconds>', 'nothing after this time', Number)
    .action((path: string, { output, keep, drop, until }: TrimFlags) =>
      trimCassette(path, output, {
        ...(keep === undefined ? {} : { keep }),
        ...(drop === undefined ? {} : { drop }),
        ...(until === undefined ? {} : { untilMs: until * 1000 }),
      }),
    );

interface TrimFlags {
  readonly output: string;
  readonly keep?: RegExp;
  readonly drop?: RegExp;
  readonly until?: number;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (reason) {
    throw new InvalidArgumentError((reason as Error).message);
  }
}

const mergeCommand = (): Command =>
  new Command('merge')
    .description('join recordings, one after the other')
    .argument('<cassette...>', 'what was recorded', cassettePaths)
    .requiredOption('-o, --output <cassette>', 'where the whole goes', newCassettePath)
    .action((paths: string[], { output }: { output: string }) => mergeCassettes(paths, output));

const importCommand = (): Command =>
  new Command('import')
    .description('make a cassette of a HAR file, of a folder of YAML dumps, or of a recording by KWOK')
    .argument('<path>')
    .requiredOption('-o, --output <cassette>', 'where the cassette goes', newCassettePath)
    .action(async (path: string, { output }: { output: string }) => {
      const header = { recorded: new Date().toISOString(), source: path };
      if (!path.endsWith('.har')) return await importDump(path, output, header);
      await importExchanges(exchangesFromHar(JSON.parse(await readFile(path, 'utf8'))), output, header);
    });

const exportCommand = (): Command =>
  new Command('export')
    .description('write the requests of a cassette as HAR')
    .argument('<cassette>', 'what was recorded', cassettePath)
    .requiredOption('-o, --output <har>', 'where the HAR goes')
    .action(async (path: string, { output }: { output: string }) => {
      await writeFile(output, `${JSON.stringify(await harFromCassette(path), null, 2)}\n`);
    });
