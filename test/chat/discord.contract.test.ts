import { chatContract } from '../contract/chat.ts';
import { discordContractWorld } from '../support/discord/world.ts';

chatContract('Discord', discordContractWorld);
chatContract('Discord, with a forum', () => discordContractWorld({ forum: true }), { runs: 15 });
