import { type DestinationStream, type Logger, pino } from 'pino';

/** Fields that never reach a log line, wherever they are. */
const REDACTED_FIELDS = ['token', 'password', 'secret', 'authorization', 'cookie', 'accessJwt', 'refreshJwt'];

/**
 * The structured log: JSON lines, pretty in a terminal. The configured secrets are cut out of every line, also out of
 * the messages of other people's libraries.
 *
 * @param secrets values that must never be shown
 * @param stream where lines go; standard output when left out
 */
export function createLog(level: string, secrets: readonly string[], stream?: DestinationStream): Logger {
  // As they stand in a JSON line, longest first so that one secret inside another leaves no rest.
  const written = secrets
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  const options = {
    level,
    base: null,
    redact: { paths: REDACTED_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
    hooks: {
      streamWrite: (line: string) =>
        written.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line),
    },
  };
  return stream ? pino(options, stream) : pino(options);
}

/** Lines for a person's eyes; loaded only where a terminal shows them. */
export async function prettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true });
}
