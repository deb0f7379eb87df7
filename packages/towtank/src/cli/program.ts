/** The command line. */
import { Command, CommanderError } from 'commander';
import { cassetteCommand } from './cassette-command.ts';
import { describeFailure } from './describe-failure.ts';
import type { StopSignal } from './listen-for-stop.ts';
import { recordCommand } from './record-command.ts';
import { replayCommand } from './replay-command.ts';
import { upCommand } from './up-command.ts';
import { VERSION } from './version.ts';

/** Runs a command line until `stop` and answers the exit code: 0, or 1 with one clear line on standard error. */
export async function runProgram(argv: readonly string[], stop: StopSignal): Promise<number> {
  const program = new Command('towtank')
    .description('a Kubernetes cluster in one process')
    .version(VERSION, '--version', 'print the version')
    .addCommand(upCommand(stop))
    .addCommand(recordCommand(stop))
    .addCommand(replayCommand(stop))
    .addCommand(cassetteCommand());
  for (const command of withSubcommands(program))
    command.exitOverride().configureOutput({ outputError: (text, write) => write(inOneLine(text)) });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (reason) {
    if (reason instanceof CommanderError) return reason.exitCode === 0 ? 0 : 1;
    process.stderr.write(`towtank: ${describeFailure(reason)}\n`);
    return 1;
  }
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];

/** An error of commander with its hint, as one line. */
const inOneLine = (text: string): string =>
  `${text
    .trim()
    .replace(/^error: /, 'towtank: ')
    .replace(/\n+/g, ' ')}\n`;
