import type { Clock } from '../clock.ts';
import { dayIn } from '../domain/calendar.ts';
import { type Budget, type Cost, costWords } from '../domain/cost.ts';
import { fenced } from '../domain/drafts/prompt.ts';
import type { ModelConfig } from '../domain/drafts/settings.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UnavailableError } from '../errors.ts';
import type { LanguageModel, ModelAnswer } from '../models/model.ts';
import type { Queries } from '../store/store.ts';

/** What the model costs stands beside what the sources cost, under a name that no source can have. */
export const MODEL_METER = '#model';

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 8_000;
const FIRST_WAIT_MS = 500;
const MILLION = 1_000_000;
/** Around the two messages a service counts a few tokens of its own. */
const FRAME_TOKENS = 64;

export interface AskModelDeps {
  readonly model: LanguageModel;
  readonly settings: Pick<ModelConfig, 'timeout' | 'pricePerMillion' | 'maxCostPerDay' | 'maxTokens'>;
  readonly store: Pick<Queries, 'spend' | 'spent'>;
  readonly clock: Clock;
  /** In whose days costs are counted. */
  readonly zone: string;
  /** The mark of a fence: not to be guessed. */
  readonly newMark: () => string;
  readonly log: { warn(fields: object, message: string): void };
}

/** What was asked, and what came of it: the answer, or one quiet line why not. Never throws. */
export type Asked =
  | {
      readonly ok: true;
      readonly text: string;
      /** Of the fence: nothing that is shown may hold it. */
      readonly mark: string;
    }
  | { readonly ok: false; readonly why: string };

export interface AskModel {
  /**
   * @param instructions made of the mark: ours alone
   * @param data everything that others wrote
   */
  ask(instructions: (mark: string) => string, data: unknown): Promise<Asked>;
  /** "$0.12 of $1.00": today. */
  spent(): Promise<string>;
}

/** Asks the model within its time and its daily cost; what it could cost is set aside before, and given back after. */
export function createAskModel(deps: AskModelDeps): AskModel {
  const { model, settings, store, clock } = deps;
  const { input, output } = settings.pricePerMillion;
  const budget: Budget = { dollars: settings.maxCostPerDay };
  const today = (): string => dayIn(clock.now(), deps.zone);
  const priced = (tokens: NonNullable<ModelAnswer['tokens']>): number =>
    (tokens.input * input + tokens.output * output) / MILLION;

  /** Nothing that is said can be more tokens than it has bytes. */
  function worstCase(words: string): number {
    return priced({ input: Buffer.byteLength(words) + FRAME_TOKENS, output: settings.maxTokens });
  }

  async function attempt(instructions: string, data: string, signal: AbortSignal): Promise<ModelAnswer> {
    const day = today();
    const reserved = worstCase(`${instructions}${data}`);
    const cost = (dollars: number, requests: number): Cost => ({ dollars, requests });
    if (!(await store.spend(MODEL_METER, day, cost(reserved, 1), budget)))
      throw new RejectedError(
        `The day’s money for the language model is used up (${costWords(await store.spent(MODEL_METER, day), budget)}).`,
      );
    // Given back downwards to whole micro-dollars: what was set aside was rounded up.
    const settle = (actual: number): Promise<boolean> =>
      store.spend(MODEL_METER, day, { dollars: -Math.max(0, reserved - actual) }, {});
    try {
      const answer = await model.ask({ instructions, data, maxTokens: settings.maxTokens, signal });
      if (answer.tokens) await settle(Math.min(reserved, priced(answer.tokens)));
      return answer;
    } catch (error) {
      // These say that nothing was done; whatever else went wrong may have cost what was set aside.
      if (error instanceof RateLimitedError || error instanceof AuthError || error instanceof RejectedError)
        await settle(0);
      throw error;
    }
  }

  async function patiently(instructions: string, data: string): Promise<ModelAnswer> {
    const signal = AbortSignal.timeout(settings.timeout);
    for (let tried = 1; ; tried++) {
      try {
        return await attempt(instructions, data, signal);
      } catch (error) {
        const again = error instanceof RateLimitedError || error instanceof UnavailableError;
        const wait =
          error instanceof RateLimitedError ? error.retryAfterMs : FIRST_WAIT_MS * 2 ** (tried - 1);
        if (!again || tried === ATTEMPTS || wait > LONGEST_WAIT_MS || signal.aborted) throw error;
        await clock.sleep(wait, signal);
      }
    }
  }

  return {
    async ask(instructions, data) {
      const mark = deps.newMark();
      try {
        const { text, end } = await patiently(instructions(mark), fenced(data, mark));
        if (end === 'refused') return { ok: false, why: 'The language model would not answer.' };
        if (text.trim() === '') return { ok: false, why: 'The language model said nothing.' };
        return { ok: true, text, mark };
      } catch (error) {
        const timeout = error instanceof DOMException;
        const why = timeout ? 'The language model did not answer in time.' : messageOf(error);
        deps.log.warn({ model: model.name, why }, 'the language model did not help');
        return { ok: false, why };
      }
    },
    spent: async () => costWords(await store.spent(MODEL_METER, today()), budget),
  };
}
