#!/usr/bin/env node
/** The `towtank` command. */
import { listenForStop } from './cli/listen-for-stop.ts';

// before anything else is loaded: whoever stops the command while it loads gets a clean end too
const stop = listenForStop();
import('./cli/program.ts')
  .then(({ runProgram }) => runProgram(process.argv.slice(2), stop))
  .then((code) => {
    stop[Symbol.dispose]();
    process.exitCode = code;
  });
