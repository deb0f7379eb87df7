/** Builds every package through turbo, which skips those that have not changed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs the build; false when it failed. Nothing is reported to anybody: no telemetry, no remote cache. */
export function buildAll(root: string): boolean {
  const bin = join(root, 'node_modules/.bin');
  const { status } = spawnSync(join(bin, 'turbo'), ['run', 'build', '--output-logs=errors-only', '--ui=stream'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      DO_NOT_TRACK: '1',
      TURBO_TELEMETRY_DISABLED: '1',
      TURBO_NO_UPDATE_NOTIFIER: '1',
      PATH: `${bin}${delimiter}${process.env.PATH}`, // turbo calls pnpm
    },
  });
  return status === 0;
}

/** Whether a test file works on built packages, which it says with `@needs build` in its first comment. */
export const needsBuild = (root: string, file: string): boolean =>
  readFileSync(join(root, file), 'utf8').slice(0, 600).includes('@needs build');
