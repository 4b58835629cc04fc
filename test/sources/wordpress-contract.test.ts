import { sourceContract } from '../contract/source.ts';
import { wordpressWorld } from '../fixtures/wordpress/world.ts';

sourceContract('WordPress', ({ timeoutMs }) => wordpressWorld({ timeoutMs }));
