import type { Clock } from '../../clock.ts';
import { messageOf, RateLimitedError, UnavailableError } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import { soon } from '../kit/payloads.ts';
import type { Choice, DiscordApi, InteractionAnswer } from './api.ts';
import { ephemeral, FLAG, type Message, type ModalView, textDisplay } from './components.ts';
import { CODE, discordCode } from './failures.ts';

/**
 * The way back to whoever did something: the first answer within three seconds, more within a quarter of an hour
 * (https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages). Nothing here throws:
 * what was asked for is done already, and a lost word must not undo it.
 */
export interface Line {
  /** Opens a form. Only as the first answer. */
  modal(view: ModalView): Promise<void>;
  /** Suggestions for an option. Only as the first answer. */
  choices(list: readonly Choice[]): Promise<void>;
  /** Acknowledges a click without a word. False when it came too late: the person saw a failure, and will click again. */
  hush(): Promise<boolean>;
  /** Acknowledges with "thinking…", for this person alone. */
  think(): Promise<boolean>;
  /** Tells this person alone. */
  say(words: Message): Promise<void>;
  /** Puts something else in the place of the private message whose button was pressed. */
  replace(words: Message): Promise<void>;
}

/** How the first answer goes out: by a call in gateway mode, as the body of the answer in HTTP mode. */
export type FirstAnswer = (answer: InteractionAnswer) => Promise<void>;

/** Attempts for the first answer: what was asked for is done only when it is known to have arrived. */
const FIRST_TRIES = 2;
/** Attempts for what follows it. */
const TRIES = 3;
const LONGEST_WAIT_MS = 10_000;

export function openLine(deps: {
  readonly api: DiscordApi;
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly applicationId: string;
  readonly token: string;
  readonly first: FirstAnswer;
}): Line {
  const { api, clock, log, applicationId, token } = deps;
  let state: 'new' | 'hushed' | 'thinking' | 'answered' | 'lost' = 'new';

  async function first(
    answer: InteractionAnswer,
    next: 'hushed' | 'thinking' | 'answered',
  ): Promise<boolean> {
    // Set before the call: two answers at once would both be first.
    state = next;
    for (let attempt = 1; ; attempt++) {
      try {
        await deps.first(answer);
        return true;
      } catch (error) {
        const code = discordCode(error);
        // It had arrived the first time, and only Discord's word of it was lost.
        if (attempt > 1 && code === CODE.alreadyAcknowledged) return true;
        if (error instanceof UnavailableError && attempt < FIRST_TRIES) continue;
        state = 'lost';
        log.warn({ code, why: messageOf(error) }, 'a Discord interaction was not answered in time');
        return false;
      }
    }
  }

  async function later(send: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await send();
        return;
      } catch (error) {
        const wait = error instanceof RateLimitedError ? error.retryAfterMs : 500 * attempt;
        const again = error instanceof RateLimitedError || error instanceof UnavailableError;
        if (!again || attempt >= TRIES || wait > LONGEST_WAIT_MS) {
          log.warn({ why: messageOf(error) }, 'a private answer on Discord was lost');
          return;
        }
        await clock.sleep(wait);
      }
    }
  }

  const privately = (words: Message): Message => ({ ...words, flags: words.flags | FLAG.ephemeral });
  /** An edit takes no ephemeral flag: whether a message is private was settled when it was made. */
  const openly = (words: Message): Message => ({ ...words, flags: words.flags & ~FLAG.ephemeral });

  return {
    modal: async (view) => void (await first({ type: 9, data: view }, 'answered')),
    choices: async (list) =>
      void (await first({ type: 8, data: { choices: list.slice(0, 25) } }, 'answered')),
    hush: () => first({ type: 6 }, 'hushed'),
    think: () => first({ type: 5, data: { flags: FLAG.ephemeral } }, 'thinking'),
    async say(words) {
      // The first answer may be the body of an HTTP answer, which takes no file.
      if (state === 'new' && words.file)
        await first({ type: 5, data: { flags: FLAG.ephemeral } }, 'thinking');
      if (state === 'new') {
        await first({ type: 4, data: privately(words) }, 'answered');
        return;
      }
      if (state === 'lost') return;
      if (state === 'thinking') {
        state = 'answered';
        return later(() => api.editAnswer(applicationId, token, openly(words)));
      }
      return later(() => api.followUp(applicationId, token, privately(words)));
    },
    async replace(words) {
      if (state === 'new') {
        await first({ type: 7, data: openly(words) }, 'answered');
        return;
      }
      if (state !== 'lost') await later(() => api.editAnswer(applicationId, token, openly(words)));
    },
  };
}

/**
 * Says what the work comes to, "thinking…" first when it takes longer than Discord waits. Work that was begun goes on
 * even when nobody can be told.
 */
export async function sayWhenDone(clock: Clock, line: Line, work: Promise<Message | null>): Promise<void> {
  const early = await soon(
    clock,
    work.then((message) => ({ message })),
  );
  if (early?.message) return line.say(early.message);
  if (early) return void (await line.hush());
  await line.think();
  // "Thinking…" must end with a word, also where a quick answer would have had none.
  await line.say((await work) ?? DONE);
}

const DONE = ephemeral([textDisplay('✅ Done.')]);
