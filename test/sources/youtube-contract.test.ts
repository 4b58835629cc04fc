import { sourceContract } from '../contract/source.ts';
import { WITH_KEY, youtubeWorld } from '../fixtures/youtube/world.ts';

sourceContract('YouTube', ({ timeoutMs }) => youtubeWorld({ timeoutMs }));

// Reading alone, with an API key, and with none of a thread's answers included.
sourceContract('YouTube with an API key', ({ timeoutMs }) =>
  youtubeWorld({ timeoutMs, config: WITH_KEY, quirks: { included: 0, original: true } }),
);
