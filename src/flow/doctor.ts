import type { Chat } from '../chat/chat.ts';
import type { Check } from '../domain/check.ts';
import { messageOf } from '../errors.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';

export interface Patient {
  readonly database: () => Promise<Store>;
  readonly sources: (store: Store) => Promise<readonly Source[]>;
  readonly chats: (
    store: Store,
  ) => Promise<readonly { readonly chat: Chat; readonly channels: readonly string[] }[]>;
  /** What ideas for posts of our own come from. */
  readonly calendars: () => Promise<readonly Check[]>;
  /** The language model, where one is configured. */
  readonly model?: (signal: AbortSignal) => Promise<readonly Check[]>;
  /** Whether the trained heads of triage can be used. */
  readonly triage?: () => Check;
  /** Who is on call, where a plan says so. */
  readonly duty?: (store: Store, chats: readonly Chat[]) => Promise<readonly Check[]>;
  /** Whether the people, groups and channels that potluck.yaml names exist. */
  readonly names?: (chats: readonly Chat[], signal: AbortSignal) => Promise<readonly Check[]>;
  /** What managers accepted for sources, and whether it still can hold. */
  readonly plans?: (store: Store) => Promise<readonly Check[]>;
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

const CHECK_TIMEOUT_MS = 30_000;

/** Tries everything that is configured and prints a line each, with the remedy. Returns whether all is well. */
export async function doctor(patient: Patient, print: (line: string) => void): Promise<boolean> {
  let healthy = true;
  const tell = (subject: string, check: Check): void => {
    healthy &&= check.ok;
    const line = `${check.ok ? '✓' : '✗'} ${subject}: ${check.what}${check.remedy ? `\n    → ${check.remedy}` : ''}`;
    print(patient.secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line));
  };

  print('✓ configuration: complete and well-formed');
  if (patient.triage) tell('triage', patient.triage());
  let store: Store;
  try {
    store = await patient.database();
    await store.ping();
    tell('database', {
      ok: true,
      what: `${store.dialect} opens, and its tables are up to date`,
      remedy: null,
    });
  } catch (error) {
    tell('database', { ok: false, what: 'cannot be opened', remedy: messageOf(error) });
    return false;
  }
  try {
    for (const source of await patient.sources(store)) {
      for (const check of await checksOf((signal) => source.check(signal)))
        tell(`source ${source.name} (${source.label})`, check);
      await source.close?.();
    }
    const chats = await patient.chats(store);
    for (const { chat, channels } of chats) {
      for (const check of await checksOf((signal) => chat.check(signal, channels)))
        tell(`chat ${chat.label}`, check);
    }
    for (const check of await checksOf(() => patient.calendars())) tell('ideas', check);
    const model = patient.model;
    if (model) for (const check of await checksOf(model)) tell('language model', check);
    const duty = patient.duty;
    const all = chats.map(({ chat }) => chat);
    const { names } = patient;
    if (names)
      for (const check of await checksOf((signal) => names(all, signal))) tell('potluck.yaml', check);
    const plans = patient.plans;
    if (plans) for (const check of await checksOf(() => plans(store))) tell('plan', check);
    if (duty) for (const check of await checksOf(() => duty(store, all))) tell('on call', check);
  } finally {
    await store.close();
  }
  return healthy;
}

async function checksOf(look: (signal: AbortSignal) => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look(AbortSignal.timeout(CHECK_TIMEOUT_MS));
  } catch (error) {
    return [{ ok: false, what: 'could not be checked', remedy: messageOf(error) }];
  }
}
