import { sourceContract } from '../contract/source.ts';
import { facebookWorld } from '../fixtures/facebook/world.ts';

sourceContract('Facebook (comments on posts of the Page)', ({ timeoutMs }) => facebookWorld({ timeoutMs }));
sourceContract('Facebook (posts of visitors)', ({ timeoutMs }) =>
  facebookWorld({ timeoutMs, visitors: true }),
);
