import { sourceContract } from '../contract/source.ts';
import { slackWorld } from '../fixtures/slack-community/world.ts';

sourceContract('Slack community', ({ timeoutMs }) => slackWorld({ timeoutMs }));
