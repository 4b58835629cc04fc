import { sourceContract } from '../contract/source.ts';
import { discourseWorld } from '../fixtures/discourse/world.ts';

sourceContract('Discourse', ({ timeoutMs }) => discourseWorld({ timeoutMs }));
