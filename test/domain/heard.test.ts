import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hear, heardNotice } from '../../src/domain/heard.ts';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import { anyText } from '../support/cards.ts';

const post = (id: string, text: string, change: Partial<PostInput> = {}): Post =>
  makePost({
    source: 'blog',
    id,
    conversationId: 'our-1',
    replyTo: 'our-1',
    via: 'reply',
    author: { id: `a-${id}`, name: `Author ${id}`, handle: id, url: null, avatarUrl: null },
    text,
    url: `https://blog.example/${id}`,
    createdAt: Number(id.replace(/\D/g, '')) || 0,
    ...change,
  });
const OURS = post('our-1', 'What is in your pot?', { ours: true, replyTo: null, createdAt: 0 });
const of = (posts: readonly Post[]) => hear([OURS, ...posts], 7, (source) => source, ['Potluck']);

describe('what a post brought back', () => {
  it('is counted by replies, people and what one of ours answered', () => {
    const heard = of([
      post('1', 'Lentils with lemon.'),
      post('2', 'Lentils, too.', {
        author: { id: 'a-1', name: 'Again', handle: '', url: null, avatarUrl: null },
      }),
      post('3', 'Which pot?'),
      post('4', 'The red one.', { ours: true, replyTo: '3' }),
    ]);
    expect(heard).toMatchObject({ replies: 3, people: 2, answered: 1 });
    expect(heardNotice(OURS, heard, 'two days').blocks[1]).toMatchObject({
      figures: [
        { value: '3', note: 'by 2 people' },
        { value: '33 %', note: '1 of 3' },
      ],
    });
    // Where the network does not say what answers what, a later word of ours answers all before it.
    const flat = of([
      post('1', 'A.'),
      post('2', 'B.'),
      post('3', 'Thank you both!', { ours: true, replyTo: null }),
      post('4', 'C.'),
    ]);
    expect(flat).toMatchObject({ replies: 3, answered: 2 });
  });

  it('has its themes with a link, and the best words of three people, never of one twice', () => {
    const heard = of([
      post('1', 'ok'),
      post('2', 'Lentil soup with a lot of lemon, every single Thursday.'),
      post('3', 'Our lentil soup has to stand overnight before anybody may touch it.'),
      post('4', 'Beans! Always beans, my grandmother would not have it otherwise.'),
      post('5', 'And once more: beans, with a bay leaf in them.', {
        author: { id: 'a-4', name: 'Author 4', handle: '4', url: null, avatarUrl: null },
      }),
    ]);
    const notice = heardNotice(OURS, heard, 'two days');
    const list = notice.blocks.find((block) => block.type === 'list');
    expect(list).toMatchObject({
      lines: [
        {
          text: expect.stringMatching(/^lentil soup: 2 replies by 2 people$/i),
          url: expect.stringContaining('https://'),
        },
      ],
    });
    const quotes = notice.blocks.flatMap((block) =>
      block.type === 'quote' && block.by !== 'us' ? [block] : [],
    );
    expect(quotes).toHaveLength(3);
    expect(new Set(quotes.map(({ by }) => by)).size).toBe(3);
    expect(quotes.map(({ text }) => text)).not.toContain('ok');
    for (const { url } of quotes) expect(url).toMatch(/^https:\/\/blog/);
  });

  it('stands for any replies: counts agree, and nothing is longer than a notice bears', () => {
    const reply = fc.record({ text: anyText(400), author: anyText(40), ours: fc.boolean(), to: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 12 }), (replies) => {
        const posts = replies.map(({ text, author, ours, to }, index) =>
          post(`${index + 1}`, text, {
            ours,
            replyTo: to === 0 ? null : `${to}`,
            author: { id: `a${author.length}`, name: author, handle: '', url: null, avatarUrl: null },
          }),
        );
        const heard = of(posts);
        expect(heard.replies).toBe(replies.filter(({ ours }) => !ours).length);
        expect(heard.answered).toBeLessThanOrEqual(heard.replies);
        expect(heard.people).toBeLessThanOrEqual(heard.replies);
        expect(heard.quotes.length).toBeLessThanOrEqual(3);
        const notice = heardNotice(OURS, heard, 'two days');
        for (const block of notice.blocks) if ('text' in block) expect(block.text.length).toBeLessThan(400);
      }),
      { numRuns: 60 },
    );
  });
});
