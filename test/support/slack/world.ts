import { Keyv } from 'keyv';
import { expect } from 'vitest';
import type { ChatAction, ChatContext } from '../../../src/chat/chat.ts';
import { createSlack, slack } from '../../../src/chat/slack/slack.ts';
import type { SlackChat } from '../../../src/chat/slack/workspace.ts';
import type { CardAction } from '../../../src/domain/card.ts';
import { DISMISS_REASONS } from '../../../src/domain/item.ts';
import type { ChatWorld, Member, ShownCard } from '../../contract/chat.ts';
import { type TestClock, testClock } from '../clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../handlers.ts';
import type { SeenMessage, SlackPerson } from './person.ts';
import { type SlackWorkspace, startSlackWorkspace } from './workspace.ts';

/** Everything a test of the Slack adapter has at hand. */
export interface SlackWorld {
  readonly slack: SlackWorkspace;
  readonly clock: TestClock;
  readonly handlers: ScriptedHandlers;
  readonly channel: string;
  readonly ana: SlackPerson;
  readonly bo: SlackPerson;
  chat(): SlackChat;
  /** Another adapter on the same workspace, as after a crash: the old one is only cut off. */
  restart(): Promise<SlackChat>;
  logged(): string;
  close(): Promise<void>;
}

export interface SlackWorldOptions {
  readonly policy?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  /** Whether the chat is started; default true. */
  readonly start?: boolean;
}

const CHANNEL = 'C0POTLUCK';

/** A workspace with a channel and two people, and a started adapter with scripted handlers. */
export async function slackWorld(options: SlackWorldOptions = {}): Promise<SlackWorld> {
  const clock = testClock();
  const workspace = await startSlackWorkspace({
    clock,
    ...(options.scopes ? { scopes: options.scopes } : {}),
  });
  workspace.addChannel(CHANNEL, { name: 'mentions' });
  const ana = workspace.addUser('U0ANA', { name: 'Ana', tz: 'Europe/Berlin' });
  const bo = workspace.addUser('U0BO', { name: 'Bo', tz: 'America/New_York' });
  const handlers = scriptedHandlers({ channels: [CHANNEL], now: () => clock.now() });
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const context: ChatContext = {
    clock,
    random: () => 0.5,
    cache: new Keyv({ namespace: 'slack' }),
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    leases: { hold: async () => true },
    http: { mount: () => {}, url: 'http://127.0.0.1:1', host: '127.0.0.1' },
  };
  const env = slack.env.parse({ ...workspace.env, ...options.env });
  const policy = slack.policy.parse(options.policy ?? {});
  const chats: SlackChat[] = [];
  const make = async (): Promise<SlackChat> => {
    const chat = await createSlack(env, policy, context);
    chats.push(chat);
    return chat;
  };
  await make();
  const current = (): SlackChat => {
    const chat = chats.at(-1);
    if (!chat) throw new Error('there is no chat');
    return chat;
  };
  if (options.start !== false) await current().start(handlers);
  return {
    slack: workspace,
    clock,
    handlers,
    channel: CHANNEL,
    ana,
    bo,
    chat: current,
    async restart() {
      await current().stop();
      const chat = await make();
      await chat.start(handlers);
      return chat;
    },
    logged: () => lines.join('\n'),
    async close() {
      for (const chat of chats) await chat.stop();
      await workspace.close();
    },
  };
}

const LABELS: Readonly<Record<ChatAction['type'], string>> = {
  claim: 'Claim',
  release: 'Release',
  assign: 'Assign to…',
  draft: 'Draft',
  send: 'Draft',
  'request-approval': 'Ask for approval',
  approve: 'Approve & send…',
  refuse: 'Refuse…',
  'mark-answered': 'Mark answered',
  dismiss: 'Dismiss',
  snooze: 'Snooze…',
  reopen: 'Reopen',
  note: 'Note…',
  another: 'Another idea',
  'not-today': 'Not today',
};

/** Does an action the way a person does it: button, form, preview, Send. */
export async function doByHand(
  world: SlackWorld,
  who: SlackPerson,
  message: SeenMessage,
  action: ChatAction,
): Promise<void> {
  const settle = () => world.chat().settled();
  await who.press(message, LABELS[action.type]);
  await settle();
  switch (action.type) {
    case 'claim':
    case 'release':
    case 'reopen':
    case 'request-approval':
    case 'another':
    case 'not-today':
      return;
    case 'approve':
      await who.submit();
      break;
    case 'refuse':
      if (action.words) who.type('What shall change? (the team reads it)', action.words);
      await who.submit();
      break;
    case 'draft':
      who.type('Your answer', action.text);
      await who.pressInView('Save draft, send nothing');
      break;
    case 'send':
      who.type('Your answer', action.text);
      await who.submit();
      expect(who.view()?.submit).toBe('Send now');
      await who.submit();
      break;
    case 'dismiss':
      who.choose(
        action.reason === 'not-for-us' ? 'Why not this idea?' : 'Why does nobody need to answer?',
        DISMISS_REASONS[action.reason],
      );
      if (action.words) who.type('In your words', action.words);
      await who.submit();
      break;
    case 'note':
      who.type('For the team only; never public', action.text);
      await who.submit();
      break;
    case 'snooze':
      who.choose('Bring it back', 'At the time below');
      who.choose('Time', Math.floor(action.until / 1_000));
      await who.submit();
      break;
    case 'assign':
      who.choose('Who shall answer?', action.to.id.split('/')[1] ?? '');
      await who.submit();
      break;
    case 'mark-answered':
      if (action.url) who.type('Link to the answer', action.url);
      await who.submit();
      break;
  }
  await settle();
}

const VERBS: Readonly<Record<string, CardAction>> = {
  claim: 'claim',
  draft: 'draft',
  dismiss: 'dismiss',
  release: 'release',
  assign: 'assign',
  snooze: 'snooze',
  'mark-answered': 'mark-answered',
  note: 'note',
  reopen: 'reopen',
  open: 'open',
  'request-approval': 'request-approval',
  approve: 'approve',
  refuse: 'refuse',
  another: 'another',
  'not-today': 'not-today',
};

function shownCard(message: SeenMessage): ShownCard {
  const verbs = message.buttons.map((button) =>
    button.kind === 'option' ? (button.value ?? '').split('@')[0] : button.actionId.split(':')[2],
  );
  const version = message.buttons.map((button) => /\.(\d+)$/.exec(button.value ?? '')?.[1]).find(Boolean);
  return {
    id: message.ts,
    text: message.text,
    actions: verbs.map((verb) => VERBS[verb ?? '']).filter((verb) => verb !== undefined),
    links: message.links,
    version: version === undefined ? null : Number(version),
  };
}

/** The world as the chat contract wants it. */
export async function slackContractWorld(options: SlackWorldOptions = {}): Promise<ChatWorld> {
  const world = await slackWorld(options);
  const member = (person: SlackPerson): Member => ({
    name: person.name,
    actorId: `slack:${world.slack.teamId}/${person.id}`,
  });
  const [ana, bo] = [member(world.ana), member(world.bo)];
  const personOf = (who: Member): SlackPerson => (who.actorId === ana.actorId ? world.ana : world.bo);
  // A person may act on what their screen still shows after the card has changed.
  const everSeen = new Map<ShownCard, SeenMessage>();
  return {
    get chat() {
      return world.chat();
    },
    handlers: world.handlers,
    channel: world.channel,
    ana,
    bo,
    async shown() {
      return world.slack.shown(world.channel).map((message) => {
        const card = shownCard(message);
        everSeen.set(card, message);
        return card;
      });
    },
    async click(who, card, action) {
      const message = everSeen.get(card);
      if (!message) throw new Error('that card was never shown');
      await doByHand(world, personOf(who), message, action);
    },
    async press(who, card, label) {
      const message = everSeen.get(card);
      if (!message) throw new Error('that card was never shown');
      await personOf(who).press(message, label);
      await world.chat().settled();
    },
    uploads: () => world.slack.uploads(),
    mentioned: () => world.slack.pings().map((id) => `slack:${world.slack.teamId}/${id}`),
    async thread(card) {
      return world.ana
        .sees(world.channel)
        .filter((message) => message.threadTs === card.id)
        .map((message) => message.text);
    },
    told: async (who) => personOf(who).told(),
    // A person whom a notice names is pinged on purpose.
    pings: () => world.slack.pings().filter((id) => !/^[UW]/.test(id)),
    breaches: () => world.slack.breaches(),
    pass: (ms) => world.clock.advance(ms),
    restart: () => world.restart(),
    faults: [
      { kind: 'rate-limit', retryAfterMs: 7_000 },
      { kind: 'down' },
      { kind: 'auth' },
      { kind: 'gone-channel' },
    ],
    async fail(fault) {
      if (fault.kind === 'rate-limit')
        world.slack.fail({ kind: 'rate-limit', seconds: fault.retryAfterMs / 1_000 });
      if (fault.kind === 'down') world.slack.fail({ kind: 'status', status: 503 });
      if (fault.kind === 'auth') world.slack.revoke();
      if (fault.kind === 'gone-channel') world.slack.archive(world.channel);
    },
    async remove(card) {
      world.slack.remove(world.channel, card.id);
    },
    logged: () => world.logged(),
    secrets: world.slack.secrets,
    close: () => world.close(),
  };
}
