import { sourceContract } from '../contract/source.ts';
import { discordWorld } from '../fixtures/discord-community/world.ts';

sourceContract('Discord community, a channel', ({ timeoutMs }) => discordWorld({ timeoutMs }));

// The same promises where every conversation is a post of a forum.
sourceContract('Discord community, a forum', ({ timeoutMs }) => discordWorld({ timeoutMs, place: 'forum' }));
