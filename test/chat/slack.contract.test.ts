import { chatContract } from '../contract/chat.ts';
import { slackContractWorld } from '../support/slack/world.ts';

chatContract('slack', () => slackContractWorld());
