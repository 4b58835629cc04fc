import { afterEach, describe, expect, it } from 'vitest';
import { sampleCard } from '../support/cards.ts';
import { gif, phonePhoto, picture, png } from '../support/pictures.ts';
import { doByHand, type SlackWorld, type SlackWorldOptions, slackWorld } from '../support/slack/world.ts';

let world: SlackWorld;
afterEach(async () => {
  expect(world.slack.breaches()).toEqual([]);
  for (const secret of world.slack.secrets) expect(world.logged()).not.toContain(secret);
  await world.close();
});

const RULES = {
  most: 3,
  mimes: ['image/jpeg', 'image/png'],
  bytes: 100_000,
  pixels: null,
  alt: 1_500,
} as const;
const FILES = 'Add pictures';
const ALTS = 'What do they show? One line for each, in the same order';
const settled = () => world.chat().settled();

/** A workspace with the card of an answer that may have pictures, and its editor open. */
async function editing(options: SlackWorldOptions = {}): Promise<void> {
  world = await slackWorld(options);
  const card = sampleCard({
    itemId: 7,
    reply: { account: '@potluck.example', limit: 300, unit: 'graphemes', pictures: RULES },
  });
  world.handlers.put(card);
  await world.chat().post(world.channel, card, { nonce: 'n7', signal: new AbortController().signal });
  const [message] = world.slack.shown(world.channel);
  if (!message) throw new Error('no card');
  await world.ana.press(message, 'Draft');
  await settled();
  world.ana.type('Your answer', 'Turn it to the left.');
}
async function opened(label = 'Add pictures…'): Promise<void> {
  await world.ana.pressInView(label);
  await settled();
}
async function submit(): Promise<void> {
  await world.ana.submit();
  await settled();
}
const said = (): string => world.ana.view()?.text ?? '';

describe('pictures on Slack', () => {
  it('are uploaded, described, shown before sending, and sent as they were shown', async () => {
    await editing();
    await opened();
    // What was typed is saved before the editor gives way.
    expect(world.handlers.now(7)).toMatchObject({ draft: { text: 'Turn it to the left.' } });
    expect(world.ana.view()?.title).toBe('Pictures of #7');
    world.ana.upload(FILES, [
      { name: 'IMG_2041.JPG', bytes: phonePhoto() },
      { name: 'lid.png', bytes: png() },
    ]);
    world.ana.type(ALTS, 'A red pot.\n');
    await submit();
    expect(said()).toContain('Say what each picture shows');
    expect(world.handlers.now(7).pictures).toMatchObject([
      { mime: 'image/jpeg', width: 16, alt: 'A red pot.' },
      { mime: 'image/png', alt: '' },
    ]);
    const file = await world.handlers.attachments.file(7, world.handlers.now(7).pictures[0]?.id ?? '');
    expect(Buffer.from(file?.bytes ?? []).toString('latin1')).not.toMatch(/52\.52|Pocket/);
    world.ana.type('What does picture 2 show? (24 × 16)', '*Its* lid <!channel>');
    await submit();
    expect(world.ana.view()?.title).toBe('Answer #7');
    expect(world.ana.view()?.buttons).toContain('2 pictures…');
    expect(world.ana.view()?.fields[0]?.value).toBe('Turn it to the left.');

    await submit();
    expect(world.ana.view()?.submit).toBe('Send now');
    expect(said()).toContain('2 pictures: A red pot.; *Its* lid <!channel>');
    await submit();
    expect(world.handlers.acts.at(-1)?.action).toEqual({
      type: 'send',
      text: 'Turn it to the left.',
      pictures: ['picture-1', 'picture-2'],
    });
    expect(world.handlers.now(7).state).toBe('answered');
    expect(world.slack.pings()).toEqual([]);
  });

  it('stand on the card for everybody, and for the second person who reads', async () => {
    await editing();
    const card = sampleCard({
      itemId: 8,
      draft: { text: 'A pot.', by: 'Ana', at: 1 },
      pictures: [picture({ alt: 'A red pot.' }), picture({ id: 'b', alt: '' })],
    });
    world.handlers.put(card);
    await world.chat().post(world.channel, card, { nonce: 'n8', signal: new AbortController().signal });
    expect(world.slack.shown(world.channel).at(-1)?.text).toContain(
      '2 pictures: A red pot.; (no description yet)',
    );
    const asked = sampleCard({
      itemId: 9,
      version: 2,
      draft: { text: 'A pot.', by: 'Bo', at: 1 },
      approval: { by: 'Bo', text: 'A pot.', at: 1 },
      pictures: [picture({ alt: 'A red pot.' })],
      reply: { account: '@potluck.example', limit: 300, unit: 'graphemes', pictures: RULES },
      actions: ['approve', 'refuse', 'draft'],
    });
    world.handlers.setPermissions({ approve: 'responder' });
    world.handlers.put(asked);
    await world.chat().post(world.channel, asked, { nonce: 'n9', signal: new AbortController().signal });
    const message = world.slack.shown(world.channel).at(-1);
    if (!message) throw new Error('no card');
    await world.ana.press(message, 'Approve & send…');
    await settled();
    expect(said()).toContain('1 picture: A red pot.');
  });

  it('that changed after the preview do not go out', async () => {
    await editing();
    await submit();
    expect(world.ana.view()?.submit).toBe('Send now');
    const bo = { id: `slack:${world.slack.teamId}/U0ANA`, name: 'Ana', surface: 'slack' };
    await world.handlers.attachments.attach(7, { bytes: png(), alt: 'Another.' }, bo);
    await submit();
    expect(said()).toContain('The pictures of #7 were changed in the meantime');
    expect(world.handlers.now(7).state).toBe('claimed');
  });

  it('are removed by a minus, and refused in words, each by its name', async () => {
    await editing();
    await opened();
    world.ana.upload(FILES, [{ name: 'pot.jpg', bytes: phonePhoto() }]);
    world.ana.type(ALTS, 'A red pot.');
    await submit();
    await opened('1 picture…');
    world.ana.type('What does picture 1 show? (16 × 24)', ' - ');
    world.ana.upload(FILES, [
      { name: 'drawing.png', bytes: Buffer.from('<svg onload="alert(1)"/>') },
      { name: 'film.gif', bytes: gif() },
    ]);
    await submit();
    expect(world.handlers.now(7).pictures).toEqual([]);
    expect(said()).toContain('“drawing.png”: The file is a drawing (SVG)');
    expect(said()).toContain('“film.gif”: The picture is a GIF');
  });

  it('are fetched from Slack alone: the token goes nowhere else', async () => {
    await editing();
    await opened();
    world.ana.upload(FILES, [
      { name: 'a.png', bytes: png(), url: 'https://evil.example/files-pri/T-F1/download/a.png' },
      { name: 'b.png', bytes: png(), url: 'https://files.slack.com.evil.example/a.png' },
      { name: 'c.png', bytes: png(), url: 'http://169.254.169.254/latest/meta-data' },
    ]);
    await submit();
    expect(said().match(/is not on Slack itself/g)).toHaveLength(3);
    expect(world.handlers.now(7).pictures).toEqual([]);
  });

  it('tell what to do when the app was installed without the scope, and lose no word', async () => {
    await editing({
      scopes: [
        'channels:history',
        'chat:write',
        'commands',
        'groups:history',
        'reactions:read',
        'users:read',
      ],
    });
    await opened();
    expect(said()).toContain('files:read');
    expect(world.ana.view()?.title).toBe('Answer #7');
    expect(world.ana.view()?.fields[0]?.value).toBe('Turn it to the left.');
  });

  it('that Slack hands to nobody are told, and the form stays', async () => {
    await editing();
    await opened();
    world.slack.grant(['channels:history', 'chat:write', 'commands', 'users:read']);
    world.ana.upload(FILES, [{ name: 'a.png', bytes: png() }]);
    await world.ana.submit().catch(() => {});
    await settled();
    expect(world.handlers.now(7).pictures).toEqual([]);
    world.slack.grant(['files:read']);
    // The double counts a form with a field for files as a mistake once the scope is gone: that is the point here.
    expect(world.slack.breaches().join()).toContain('missing_scope');
    (world.slack.breaches() as string[]).length = 0;
  });

  it('are a button only where they can go out', async () => {
    world = await slackWorld();
    const card = sampleCard({ itemId: 7 });
    world.handlers.put(card);
    await world.chat().post(world.channel, card, { nonce: 'n7', signal: new AbortController().signal });
    const [message] = world.slack.shown(world.channel);
    if (!message) throw new Error('no card');
    await world.ana.press(message, 'Draft');
    await settled();
    expect(world.ana.view()?.buttons.join()).not.toContain('picture');
    world.ana.close();
    await doByHand(world, world.ana, message, { type: 'send', text: 'Plain words.' });
    expect(world.handlers.acts.at(-1)?.action).toEqual({ type: 'send', text: 'Plain words.' });
  });
});
