import type { Config } from '../config.ts';

/** Thrown when the configuration, or a command line, is wrong; the message says what to do. */
export class ConfigError extends Error {}

/** Where a command runs. */
export interface Here {
  /** Folder of `.env`, `potluck.yaml` and relative paths. */
  readonly cwd: string;
  /** @param instead other rules in the place of the file's */
  load(instead?: unknown): Promise<Config>;
}
