#!/usr/bin/env node
/** The `towtank` command. */
import { runProgram } from './cli/program.ts';

runProgram(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
