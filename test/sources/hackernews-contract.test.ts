import { sourceContract } from '../contract/source.ts';
import { hackernewsWorld } from '../fixtures/hackernews/world.ts';

sourceContract('Hacker News', ({ timeoutMs }) => hackernewsWorld({ timeoutMs }));
