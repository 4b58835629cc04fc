import { describe, expect, it } from 'vitest';
import { commandDefinitions } from '../../src/chat/discord/manifest.ts';
import { TEAM_COMMANDS, type TeamCommand } from '../../src/chat/kit/team-commands.ts';
import { readOptions } from '../../src/chat/slack/team.ts';

const swap: TeamCommand = {
  usage: 'swap @somebody [day|week] [words]',
  does: 'changes places',
  options: {
    why: { type: 'text', description: 'Why' },
    how: { type: 'choice', description: 'How long', choices: ['day', 'week'] },
    who: { type: 'colleague', description: 'With whom', required: true },
  },
};
const note: TeamCommand = {
  usage: 'note @author words',
  does: 'remembers',
  options: {
    author: { type: 'author', description: 'About whom', required: true },
    text: { type: 'text', description: 'What', required: true },
    item: { type: 'item', description: 'Where' },
  },
};

describe('the team’s commands, typed on Slack', () => {
  it('find people, choices and numbers wherever they stand, and words in order', () => {
    expect(readOptions(swap, '<@U1|bo> week back on &lt;Monday&gt;')).toEqual({
      options: { how: 'week', why: 'back on <Monday>' },
      users: { who: 'U1' },
    });
    expect(readOptions(swap, 'ill DAY <@U2>')).toEqual({
      options: { how: 'day', why: 'ill' },
      users: { who: 'U2' },
    });
    expect(readOptions(note, '@mira has a red pot #12')?.options).toEqual({
      author: '@mira',
      text: 'has a red pot',
      item: '12',
    });
    expect(readOptions(note, '"Mira L" “cooks a lot”')?.options).toEqual({
      author: 'Mira L',
      text: 'cooks a lot',
    });
  });

  it('ask again when something is missing', () => {
    expect(readOptions(swap, 'week')).toBeNull();
    expect(readOptions(note, '@mira')).toBeNull();
  });
});

describe('the team’s commands on Discord', () => {
  it('are one group, what is required first', () => {
    const [potluck] = commandDefinitions({ de: { swap: 'Tauscht' } }, { swap, note });
    const group = JSON.parse(JSON.stringify(potluck)).options.at(-1);
    expect(group).toMatchObject({ type: 2, name: 'team' });
    expect(group.options.map((sub: { name: string }) => sub.name)).toEqual(['swap', 'note']);
    const [made] = group.options;
    expect(made.description_localizations).toEqual({ de: 'Tauscht' });
    expect(made.options.map((option: { name: string }) => option.name)).toEqual(['who', 'why', 'how']);
  });

  it('keep Discord’s limits, and no name that Slack would take for another command', () => {
    expect(Object.keys(TEAM_COMMANDS).length).toBeLessThanOrEqual(25);
    for (const [name, { does, options }] of Object.entries(TEAM_COMMANDS)) {
      expect(name).toMatch(/^[a-z][a-z-]{0,31}$/);
      expect(does.length).toBeLessThanOrEqual(100);
      for (const [option, { description }] of Object.entries(options)) {
        expect(option).toMatch(/^[a-z]{1,32}$/);
        expect(description.length).toBeLessThanOrEqual(100);
      }
    }
  });
});
