import { Keyv } from 'keyv';
import type { Chat, ChatContext, ChatLog } from '../../src/chat/chat.ts';
import { web } from '../../src/chat/web/web.ts';
import type { Clock } from '../../src/clock.ts';
import { testClock } from './clock.ts';

/** A log that keeps its lines as text. */
export function keptLog(): ChatLog & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${JSON.stringify(fields)} ${message}`);
    };
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error'), lines };
}

export interface WebRoom {
  readonly chat: Chat;
  readonly log: ReturnType<typeof keptLog>;
  readonly cache: Keyv;
  /** The handler as the HTTP server would call it. */
  fetch(request: Request, remoteAddress?: string): Promise<Response>;
}

export interface WebRoomOptions {
  readonly host?: string;
  readonly url?: string;
  readonly token?: string;
  readonly managerToken?: string;
  readonly named?: ChatContext['named'];
  readonly clock?: Clock;
  /** Kept over a restart. */
  readonly cache?: Keyv;
}

/** A web room without a server around it; not started. */
export async function makeWebRoom(options: WebRoomOptions = {}): Promise<WebRoom> {
  const log = keptLog();
  const cache = options.cache ?? new Keyv();
  let handle: ((request: Request, info: { remoteAddress: string }) => Response | Promise<Response>) | null =
    null;
  const chat = await web.create(
    web.env.parse({ WEB_TOKEN: options.token, WEB_MANAGER_TOKEN: options.managerToken }),
    web.policy.parse({}),
    {
      clock: options.clock ?? testClock(),
      random: () => 0.5,
      cache,
      log,
      leases: { hold: async () => true },
      ...(options.named ? { named: options.named } : {}),
      http: {
        host: options.host ?? '127.0.0.1',
        url: options.url ?? 'http://127.0.0.1:3000',
        mount(_prefix, given) {
          handle = given;
        },
      },
    },
  );
  return {
    chat,
    log,
    cache,
    async fetch(request, remoteAddress = '127.0.0.1') {
      if (!handle) throw new Error('the room mounted nothing');
      return handle(request, { remoteAddress });
    },
  };
}

/** Server-sent events as they arrive: `next` waits for the next of a kind. */
export function readEvents(response: Response): {
  next(type: string): Promise<unknown>;
  cancel(): Promise<void>;
} {
  if (!response.body) throw new Error('there is no stream');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  const take = (type: string): { readonly data: unknown } | null => {
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const lines = buffer.slice(0, end).split('\n');
      buffer = buffer.slice(end + 2);
      const named = lines.find((line) => line.startsWith('event: '))?.slice(7);
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
      if (named === type && data !== undefined) return { data: JSON.parse(data) };
    }
    return null;
  };
  return {
    async next(type) {
      for (;;) {
        const found = take(type);
        if (found) return found.data;
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended before a ${type}`);
        buffer += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}
