import type { Clock } from '../../clock.ts';
import { UnavailableError } from '../../errors.ts';

/** One server-sent event. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Mastodon sends a comment line every 15 s (https://docs.joinmastodon.org/methods/streaming/#events); three missed are a dead line. */
const SILENCE_MS = 60_000;
const MAX_EVENT = 5_000_000;

/**
 * Events of an open `text/event-stream`, until it ends. Throws UnavailableError when nothing, not even a heartbeat,
 * came for a minute: a connection that died without a word would otherwise look like a quiet day.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = eventParser();
  try {
    for (;;) {
      const chunk = await readBefore(reader, clock, signal);
      if (chunk === null) return;
      yield* parser.push(decoder.decode(chunk, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The next bytes; null at the end. */
async function readBefore(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const done = new AbortController();
  const silence = clock.sleep(SILENCE_MS, AbortSignal.any([signal, done.signal])).then(() => {
    throw new UnavailableError(
      `The stream has been silent for ${SILENCE_MS / 1_000} s, so it is dead; polling continues.`,
    );
  });
  // Lost races must not become unhandled rejections.
  silence.catch(() => {});
  const read = reader.read();
  read.catch(() => {});
  try {
    const result = await Promise.race([read, silence]);
    return result.done ? null : result.value;
  } finally {
    done.abort();
  }
}

/** The parts of the event stream format that are in use: `event:`, `data:`, comments; `id` and `retry` say nothing here. */
function eventParser() {
  let buffer = '';
  let event = '';
  let data: string[] = [];

  function* line(text: string): Generator<StreamEvent> {
    if (text === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
      event = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return {
    *push(text: string): Generator<StreamEvent> {
      buffer += text;
      if (buffer.length > MAX_EVENT)
        throw new UnavailableError('The stream sent an endless line; polling continues.');
      for (;;) {
        const end = /\r\n|\n|\r(?!$)/.exec(buffer);
        if (!end) return;
        const whole = buffer.slice(0, end.index);
        buffer = buffer.slice(end.index + end[0].length);
        yield* line(whole);
      }
    },
  };
}
