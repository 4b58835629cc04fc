import { sourceContract } from '../contract/source.ts';
import { appstoreWorld } from '../fixtures/appstore/world.ts';

sourceContract('App Store', ({ timeoutMs }) => appstoreWorld({ timeoutMs }));
