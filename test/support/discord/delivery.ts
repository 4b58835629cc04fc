import { type KeyObject, sign } from 'node:crypto';
import { answerInteraction } from './interactions.ts';
import { refusedBy } from './refusal.ts';
import { breach, type Interaction, type Json, type State, snowflake } from './state.ts';

/** Where interactions go by HTTP, and how well they are signed. */
export interface Target {
  readonly url: string;
  readonly sign?: 'good' | 'bad' | 'none' | 'stale';
}

export interface Delivery {
  target: Target | null;
  /** Sends an interaction, by the gateway or by HTTP. */
  send(interaction: Interaction, payload: Json, guildId: string | null): void;
  /** Sends Discord's PING; its HTTP status. */
  ping(): Promise<number>;
  close(): void;
}

/** A signature this old, in milliseconds, should be taken for a replay. */
const STALE_MS = 10 * 60_000;

export function startDelivery(state: State, key: KeyObject): Delivery {
  const closing = new AbortController();

  function post(to: Target, payload: Json): Promise<Response> {
    const body = JSON.stringify(payload);
    const how = to.sign ?? 'good';
    const at = state.clock.now() - (how === 'stale' ? STALE_MS : 0);
    const stamp = String(Math.floor(at / 1_000));
    const signed = how === 'bad' ? `${stamp}${body} ` : `${stamp}${body}`;
    const signature = sign(null, Buffer.from(signed), key).toString('hex');
    return fetch(to.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
        ...(how === 'none' ? {} : { 'x-signature-ed25519': signature, 'x-signature-timestamp': stamp }),
      },
      body,
      signal: closing.signal,
    });
  }

  async function byHttp(to: Target, interaction: Interaction, payload: Json): Promise<void> {
    const answer = await post(to, payload);
    const text = await answer.text();
    if ((to.sign ?? 'good') !== 'good') {
      if (answer.status !== 401) breach(state, `a forged request was answered ${answer.status}, not 401`);
      interaction.failed = true;
      interaction.settle();
      return;
    }
    // With 202 the app says that it will call back.
    if (answer.status === 202) return;
    if (answer.status !== 200) {
      breach(state, `the app answered ${answer.status} to ${interaction.what}`);
      return;
    }
    if (!/^application\/json/.test(answer.headers.get('content-type') ?? ''))
      breach(state, `the answer to ${interaction.what} is not application/json`);
    try {
      answerInteraction(state, interaction, JSON.parse(text));
    } catch (error) {
      const details = JSON.stringify(refusedBy(error)?.errors ?? []);
      breach(state, `the answer to ${interaction.what}: ${String(error)} ${details}`);
    }
  }

  return {
    target: null,
    send(interaction, payload, guildId) {
      const to = this.target;
      // An app that was sent away hears of nothing any more.
      if (guildId !== null && !state.guilds.get(guildId)?.botIn) return;
      if (to === null) {
        state.dispatch({ name: 'INTERACTION_CREATE', data: payload, intents: 0, guildId });
        return;
      }
      byHttp(to, interaction, payload).catch((error: unknown) => {
        if (!closing.signal.aborted)
          breach(state, `${interaction.what} did not reach the app: ${String(error)}`);
      });
    },
    async ping() {
      if (!this.target) throw new Error('there is nowhere to send the PING');
      const id = snowflake(state);
      const answer = await post(this.target, {
        id,
        application_id: state.applicationId,
        type: 1,
        token: `ping-${id}`,
        version: 1,
        user: null,
        entitlements: [],
        authorizing_integration_owners: {},
      });
      const text = await answer.text();
      if (answer.status === 200 && (JSON.parse(text) as Json).type !== 1)
        throw new Error(`the app answered a PING with ${text}`);
      return answer.status;
    },
    close: () => closing.abort(),
  };
}
