import { sourceContract } from '../contract/source.ts';
import { discourseWorld } from '../fixtures/discourse/world.ts';

// The same promises on an older forum, which pages by windows of 50 ids, and with a key that may not read the settings.
sourceContract('an older Discourse', ({ timeoutMs }) =>
  discourseWorld({ timeoutMs, quirks: { paging: 'window', settings: 'forbidden' } }),
);

// And as a visitor, who only listens.
sourceContract('Discourse without a key', ({ timeoutMs }) =>
  discourseWorld({ timeoutMs, config: { key: undefined, username: undefined, ours: ['brand'] } }),
);
