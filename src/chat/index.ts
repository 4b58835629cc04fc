import type { ChatKind } from './chat.ts';
import { discord } from './discord/discord.ts';
import { slack } from './slack/slack.ts';
import { web } from './web/web.ts';

/** Every chat platform there is, by the name used in routes. */
export const chats: Readonly<Record<string, ChatKind>> = { discord, slack, web };
