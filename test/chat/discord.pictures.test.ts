import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { sampleCard } from '../support/cards.ts';
import { ANA, type DiscordWorld, discordWorld, privately } from '../support/discord/world.ts';
import { gif, phonePhoto, picture, png } from '../support/pictures.ts';

let world: DiscordWorld;
afterEach(async () => {
  expect(world.server.breaches()).toEqual([]);
  for (const secret of world.server.secrets) expect(world.logged()).not.toContain(secret);
  await world.close();
});

const DOOR = {
  account: '@potluck.example',
  limit: 300,
  unit: 'graphemes',
  pictures: { most: 4, mimes: ['image/jpeg', 'image/png'], bytes: 100_000, pixels: null, alt: 1_500 },
} as const;

const seen = () => privately(world, world.ana);

/** A server with the card of an answer, drafted by Ana, and its preview. */
async function previewed(change: Partial<Card> = {}): Promise<void> {
  world = await discordWorld();
  world.handlers.put(sampleCard({ itemId: 7, reply: DOOR, ...change }));
  await world.ana.command('potluck', 'draft', { item: 7, text: 'Turn it to the left.' }, world.channel);
  await world.settle();
}
async function opened(label = 'Add pictures…'): Promise<void> {
  await world.ana.press(seen(), label);
  await world.settle();
}
async function submit(): Promise<void> {
  await world.ana.submit();
  await world.settle();
}
/** A download takes turns of the event loop that no clock counts. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  await world.settle();
}
const pictures = () => world.handlers.now(7).pictures;

describe('pictures on Discord', () => {
  it('are uploaded, described, shown before sending, and sent as they were shown', async () => {
    await previewed();
    await opened();
    expect(world.ana.modal()?.title).toBe('Pictures of #7');
    world.ana.upload('Add pictures', [
      { name: 'IMG_2041.JPG', bytes: phonePhoto() },
      { name: 'lid.png', bytes: png() },
    ]);
    world.ana.type('What do they show?', 'A red pot.');
    await submit();
    await until(() => pictures().length === 2);
    expect(pictures()).toMatchObject([
      { mime: 'image/jpeg', width: 16, alt: 'A red pot.' },
      { mime: 'image/png', alt: '' },
    ]);
    const file = await world.handlers.attachments.file(7, pictures()[0]?.id ?? '');
    expect(Buffer.from(file?.bytes ?? []).toString('latin1')).not.toMatch(/52\.52|Pocket/);
    await until(() => seen().text.includes('2 pictures'));
    expect(seen().text).toContain('Picture 2 has no description');
    expect(seen().buttons.map(({ label }) => label)).not.toContain('Send now');

    await opened('2 pictures…');
    world.ana.type('What does picture 2 show?', '*Its* lid @everyone');
    await submit();
    expect(seen().text).toMatch(/2 pictures: A red pot\.; \*Its\* lid @.?everyone/u);
    await world.ana.press(seen(), 'Send now');
    await world.settle();
    expect(world.handlers.acts.at(-1)?.action).toEqual({
      type: 'send',
      text: 'Turn it to the left.',
      pictures: ['picture-1', 'picture-2'],
    });
    expect(world.handlers.now(7).state).toBe('answered');
    expect(world.server.pings()).toEqual([]);
  });

  it('that changed after the preview do not go out', async () => {
    await previewed();
    const before = seen();
    const ana = { id: `discord:${ANA}`, name: 'Ana', surface: 'discord' };
    await world.handlers.attachments.attach(7, { bytes: png(), alt: 'Another.' }, ana);
    await world.ana.press(before, 'Send now');
    await world.settle();
    expect(world.handlers.now(7).state).toBe('claimed');
    expect(seen().text).toContain('The text has changed: this is what goes out now.');
    expect(seen().text).toContain('1 picture: Another.');
  });

  it('are removed by a minus, and refused in words, each by its name', async () => {
    await previewed({ pictures: [picture({ id: 'a', alt: 'A red pot.' })] });
    await opened('1 picture…');
    world.ana.type('What does picture 1 show?', ' - ');
    world.ana.upload('Add pictures', [
      { name: 'drawing.png', bytes: Buffer.from('<svg onload="alert(1)"/>') },
      { name: 'film.gif', bytes: gif() },
    ]);
    await submit();
    await until(() => seen().text.includes('film.gif'));
    expect(pictures()).toEqual([]);
    expect(seen().text).toContain('“drawing.png”: The file is a drawing (SVG)');
    expect(seen().text).toContain('“film.gif”: The picture is a GIF');
  });

  it('are fetched from Discord alone, and without the token', async () => {
    await previewed();
    await opened();
    world.ana.upload('Add pictures', [
      { name: 'a.png', bytes: png(), url: 'https://cdn.discordapp.com.evil.example/attachments/1/2/a.png' },
      { name: 'b.png', bytes: png(), url: 'http://169.254.169.254/latest/meta-data' },
      { name: 'c.png', bytes: png(), url: 'https://user:pass@cdn.discordapp.com/attachments/1/2/c.png' },
    ]);
    await submit();
    await until(() => seen().text.includes('not on Discord itself'));
    expect(pictures()).toEqual([]);
  });

  it('have a form that Discord takes, however many there are', async () => {
    for (let count = 0; count <= 4; count++) {
      const held = Array.from({ length: count }, (_, index) =>
        picture({ id: `p${index}`, alt: '語'.repeat(1_500) }),
      );
      await previewed({ pictures: held });
      await opened(count === 0 ? 'Add pictures…' : count === 1 ? '1 picture…' : `${count} pictures…`);
      expect(world.ana.modal()?.fields).toHaveLength(count === 4 ? 4 : count + 2);
      expect(world.server.breaches()).toEqual([]);
      if (count < 4) await world.close();
    }
  });

  it('are a button only where they can go out', async () => {
    await previewed({ reply: { account: '@potluck.example', limit: 300, unit: 'graphemes' } });
    expect(
      seen()
        .buttons.map(({ label }) => label)
        .join(),
    ).not.toContain('picture');
  });
});
