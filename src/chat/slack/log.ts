import type { Logger, LogLevel } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';

// Tokens (xoxb-, xoxe.xoxb-, xapp-, xwfp-) and the tickets of socket addresses and response URLs.
const SECRETS = [
  /\b(?:xox[a-z]|xapp|xwfp)[-.][\w.-]+/gi,
  /wss?:\/\/\S+/gi,
  /https?:\/\/\S*\/(?:commands|actions|respond|app)\/\S+/gi,
];

/** A log line without what would let somebody else act as the bot. */
export function redact(text: string): string {
  return SECRETS.reduce((line, secret) => line.replace(secret, '[redacted]'), text);
}

/**
 * The SDK's logger on ours. Its debug lines carry whole payloads (posts, trigger ids, drafts) and are dropped; what it
 * calls an error is nearly always a broken connection that heals, so it is a warning here.
 */
export function boltLogger(log: ChatLog): Logger {
  const line = (parts: readonly unknown[]): string =>
    redact(parts.map((part) => (typeof part === 'string' ? part : messageOf(part))).join(' ')).slice(0, 500);
  return {
    debug: () => {},
    info: (...parts: unknown[]) => log.debug({ from: 'slack' }, line(parts)),
    warn: (...parts: unknown[]) => log.warn({ from: 'slack' }, line(parts)),
    error: (...parts: unknown[]) => log.warn({ from: 'slack' }, line(parts)),
    setLevel: () => {},
    getLevel: () => 'info' as LogLevel,
    setName: () => {},
  };
}
