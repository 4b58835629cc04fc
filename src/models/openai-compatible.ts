import { z } from 'zod';
import type { Check } from '../domain/check.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UnavailableError } from '../errors.ts';
import type { LanguageModel, ModelAnswer } from './model.ts';

/** Where a model is and what it is called. */
export interface ModelSettings {
  /** Base address of the API: `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  readonly name: string;
  readonly key?: string | undefined;
}

/** What the service asks for when it says nothing. */
const WAIT_MS = 5_000;
const MAX_NAMES = 8;
const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * Any service that speaks OpenAI's chat completions: the large providers, and Ollama, llama.cpp, vLLM or LM Studio on a
 * machine of your own. The SDK is loaded with the first question.
 *
 * @param guarded the guarded fetch, with the deadline and the longest answer
 */
export function openAiCompatible({ url, name, key }: ModelSettings, guarded: typeof fetch): LanguageModel {
  async function load() {
    const [{ generateText }, { createOpenAICompatible }] = await Promise.all([
      import('ai'),
      import('@ai-sdk/openai-compatible'),
    ]);
    // The SDK writes its warnings to the console, which is not ours to write to.
    Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
    const provider = createOpenAICompatible({
      name: 'model',
      baseURL: url,
      fetch: guarded,
      ...(key === undefined ? {} : { apiKey: key }),
    });
    return { generateText, model: provider.chatModel(name) };
  }
  let loading: ReturnType<typeof load> | undefined;

  return {
    name,
    async ask({ instructions, data, maxTokens, signal }): Promise<ModelAnswer> {
      loading ??= load();
      const { generateText, model } = await loading;
      try {
        const { text, finishReason, usage } = await generateText({
          model,
          system: instructions,
          messages: [{ role: 'user', content: data }],
          maxOutputTokens: maxTokens,
          maxRetries: 0,
          abortSignal: signal,
        });
        return { text, end: endOf(finishReason), tokens: tokensOf(usage) };
      } catch (error) {
        throw trouble(error, signal);
      }
    },

    async check(signal) {
      const where = new URL(url).host;
      try {
        const response = await guarded(`${url.replace(/\/+$/, '')}/models`, {
          headers: {
            accept: 'application/json',
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          },
          signal,
        });
        if (response.status === 401 || response.status === 403) return [no(`${where} refuses the key`, KEY)];
        if (!response.ok)
          return [
            no(
              `${where} answers with status ${response.status}`,
              'Check drafts.model.url: it usually ends in /v1.',
            ),
          ];
        return [known(where, name, modelsSchema.parse(await response.json()).data)];
      } catch (error) {
        const why = error instanceof z.ZodError || error instanceof SyntaxError;
        return [
          why
            ? no(`${where} does not list its models`, 'Check drafts.model.url: it usually ends in /v1.')
            : no(
                `${where} cannot be reached`,
                `${messageOf(error)} Start the model server, or correct drafts.model.url.`,
              ),
        ];
      }
    },
  };
}

const KEY = 'Check drafts.model.key and the variable in .env that it names.';

function no(what: string, remedy: string): Check {
  return { ok: false, what, remedy };
}

function known(where: string, name: string, models: readonly { readonly id: string }[]): Check {
  if (models.some(({ id }) => id === name || id === `${name}:latest`))
    return { ok: true, what: `${where} has the model ${name}`, remedy: null };
  const names = models.slice(0, MAX_NAMES).map(({ id }) => id.slice(0, 80));
  return no(
    `${where} has no model ${name}`,
    names.length === 0
      ? 'It has none yet: fetch one there (Ollama: ollama pull).'
      : `Set drafts.model.name to one that it has: ${names.join(', ')}.`,
  );
}

function endOf(reason: string): ModelAnswer['end'] {
  if (reason === 'length') return 'length';
  return reason === 'content-filter' ? 'refused' : 'stop';
}

function tokensOf(usage: {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}): ModelAnswer['tokens'] {
  const { inputTokens: input, outputTokens: output } = usage;
  const counted = (value: number | undefined): value is number =>
    Number.isSafeInteger(value) && (value ?? -1) >= 0;
  return counted(input) && counted(output) ? { input, output } : null;
}

/** An error of the SDK as one of ours; its words never hold the key, nor what was asked. */
function trouble(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted)
    return new UnavailableError('The language model did not answer in time.', { cause: error });
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; depth++, at = at.cause) {
    if (at instanceof UnavailableError || at instanceof RejectedError) return at;
    const status = 'statusCode' in at && typeof at.statusCode === 'number' ? at.statusCode : null;
    if (status === null || status === 200) continue;
    const words = `The language model answered with status ${status}.`;
    if (status === 401 || status === 403) return new AuthError(`${words} ${KEY}`);
    if (status === 429) return new RateLimitedError('The language model has too much to do.', waitOf(at));
    if (status === 404) return new RejectedError(`${words} Check drafts.model.url and drafts.model.name.`);
    return status >= 500 ? new UnavailableError(words) : new RejectedError(words);
  }
  return new UnavailableError('What the language model answered could not be read.', { cause: error });
}

/** https://www.rfc-editor.org/rfc/rfc9110#field.retry-after – seconds; a date is not worth a clock here. */
function waitOf(error: object): number {
  const headers = 'responseHeaders' in error ? error.responseHeaders : null;
  const named = typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
  const value = Number(named.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
  return Number.isFinite(value) && value >= 0 ? value * 1_000 : WAIT_MS;
}
