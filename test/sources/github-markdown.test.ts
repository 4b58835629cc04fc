import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownToText } from '../../src/sources/github/markdown.ts';
import { escapeMarkdown } from '../fixtures/github/world.ts';

const text = (source: string): string => markdownToText(source).text;

describe('Markdown as a person reads it', () => {
  it.each([
    ['emphasis', '**bold**, *thin*, __bold__, _thin_ and ~~gone~~', 'bold, thin, bold, thin and gone'],
    [
      'signs that mean nothing',
      'snake_case_name, 2 * 3 * 4, a ~ b, C#, 5 > 4 & a<b',
      'snake_case_name, 2 * 3 * 4, a ~ b, C#, 5 > 4 & a<b',
    ],
    [
      'a link',
      'see [the manual](https://example.com/a_(b)?c=1&copy=2 "Title").',
      'see the manual (https://example.com/a_(b)?c=1&copy=2).',
    ],
    [
      'a bare link',
      'at https://example.com/a_b_c?x=1&y=2, (https://example.com/z).',
      'at https://example.com/a_b_c?x=1&y=2, (https://example.com/z).',
    ],
    ['a link in angle brackets', '<https://example.com/a>', 'https://example.com/a'],
    ['a link that leads nowhere', '[click](javascript:alert(1))', 'click'],
    ['code', 'run `npm *i*` or ``a ` b``', 'run npm *i* or a ` b'],
    [
      'a block of code',
      '```ts\nconst a = <b>1</b>; // **no**\n\n  indented\n```\nafter',
      'const a = <b>1</b>; // **no**\n\n  indented\n\nafter',
    ],
    [
      'a heading and a list',
      '### Steps ###\n- [x] one\n- [ ] two\n1. three',
      'Steps\n\n• ☑ one\n• ☐ two\n1. three',
    ],
    ['a quotation', '> they said\n> > before\n\nwe say', '> they said\n>\n> > before\n\nwe say'],
    [
      'hidden remarks',
      '<!-- fill this in -->\nIt broke\n<!-- several\nlines -->\nreally `<!-- shown -->`',
      'It broke\nreally <!-- shown -->',
    ],
    ['a remark without end', 'shown <!-- and then\nnothing', 'shown'],
    [
      'tags',
      '<details><summary>Log</summary>\n\nline<br>next</details><script>alert(1)</script>',
      'Log\n\nline\nnext',
    ],
    ['escapes and entities', '\\*not\\* \\<b\\> &lt;i&gt; &copy; &nope; \\\\', '*not* <b> <i> © &nope; \\'],
    ['single line breaks', 'one\ntwo\r\nthree', 'one\ntwo\nthree'],
    ['mentions and numbers', '@ana see #12', '@ana see #12'],
  ])('%s', (_, source, expected) => {
    expect(text(source)).toBe(expected);
  });

  it('takes pictures as media, also within a link', () => {
    const { media, links } = markdownToText(
      '![a \\*pot\\*](https://a.example/p.png) [![badge](https://a.example/b.svg)](https://a.example/ci)',
    );
    expect(media).toEqual([
      { url: 'https://a.example/p.png', alt: 'a *pot*' },
      { url: 'https://a.example/b.svg', alt: 'badge' },
    ]);
    expect(links).toEqual(['https://a.example/ci']);
  });

  it('gives back what was escaped', () => {
    for (const said of [
      'a*b_c`d`',
      '<script>alert(1)</script> &amp; [x](y)',
      '![x](https://evil.example/x.png) ~~ # > - + {7*7}',
    ])
      expect(text(escapeMarkdown(said))).toBe(said);
  });

  it('gives back whatever was escaped, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (said) => {
        expect(() => text(said)).not.toThrow();
        const seen = text(`x ${escapeMarkdown(said)} x`);
        expect(seen).toBe(`x ${said} x`.replace(/[ \t]+/g, ' ').trim());
      }),
      { numRuns: 300 },
    );
  });

  it('is linear in hostile text', () => {
    const started = performance.now();
    for (const piece of [
      '[',
      '[a](',
      '![',
      '`',
      '` `` ',
      '<',
      '<a ',
      '*_',
      '> ',
      '<!--',
      '\\',
      '&',
      'http://',
      '[[a]',
      '(',
      '|',
    ])
      text(piece.repeat(Math.ceil(65_536 / piece.length)));
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});
