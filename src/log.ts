import { type DestinationStream, type Logger, pino } from 'pino';

/** Fields with such a name never show their text, however deep they are, also inside JSON that was quoted into a message. */
const SECRET_FIELD = 'token|password|passwd|secret|authorization|cookie|jwt|api[-_]?key';
const FIELDS = new RegExp(
  `"([^"\\\\]*(?:${SECRET_FIELD})[^"\\\\]*)":(?:"(?:[^"\\\\]|\\\\.)*"|\\[[^\\]]*\\])`,
  'gi',
);
const QUOTED_FIELDS = new RegExp(
  `\\\\"([^"\\\\]*(?:${SECRET_FIELD})[^"\\\\]*)\\\\":\\s*\\\\"[^"\\\\]*\\\\"`,
  'gi',
);
/** What goes into an Authorization header, wherever it is quoted. */
const CREDENTIALS = /\b(Bearer|Basic|DPoP)\s+[\w.~+/=-]{8,}/gi;

/**
 * The structured log: JSON lines, pretty in a terminal. The configured secrets are cut out of every line, also out of
 * the messages of other people's libraries.
 *
 * @param secrets values that must never be shown
 * @param stream where lines go; standard output when left out
 */
export function createLog(level: string, secrets: readonly string[], stream?: DestinationStream): Logger {
  // Longest first, so that one secret inside another leaves no rest.
  const written = [...new Set(secrets.filter((secret) => secret !== '').flatMap(spellings))].sort(
    (a, b) => b.length - a.length,
  );
  const options = {
    level,
    base: null,
    hooks: {
      streamWrite: (line: string) =>
        written
          .reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
          .replace(FIELDS, '"$1":"[secret]"')
          .replace(QUOTED_FIELDS, '\\"$1\\":\\"[secret]\\"')
          .replace(CREDENTIALS, '$1 [secret]'),
    },
  };
  return stream ? pino(options, stream) : pino(options);
}

/** How a secret may stand in a JSON line: as it is, in an address, in a form, and quoted once more. */
function spellings(secret: string): string[] {
  const address = new URL('https://u@h.example');
  address.password = secret;
  const forms = [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    address.password,
    new URLSearchParams({ '': secret }).toString().slice(1),
  ];
  return forms.flatMap((form) => {
    const once = JSON.stringify(form).slice(1, -1);
    return [once, JSON.stringify(once).slice(1, -1)];
  });
}

/** Lines for a person's eyes; loaded only where a terminal shows them. */
export async function prettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true });
}
