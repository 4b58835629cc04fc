import { expect, it } from 'vitest';
import { sourceLabel } from '../../src/domain/source-label.ts';

it('calls sources of one kind by the names the team gave them', () => {
  const sources = new Map([
    ['form', { label: 'Webhook' }],
    ['shop', { label: 'Webhook' }],
    ['birds', { label: 'Bluesky' }],
  ]);
  expect([...sources.keys()].map((name) => sourceLabel(name, sources))).toEqual([
    'Webhook (form)',
    'Webhook (shop)',
    'Bluesky',
  ]);
  // Of what is configured no more, the name is all there is.
  expect(sourceLabel('gone', sources)).toBe('gone');
});
