import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText } from '../src/html-text.ts';

const text = (html: string, base?: string): string => htmlToText(html, base).text;

describe('HTML as a reader sees it', () => {
  it.each([
    ['<p>One<br>two<br/>three</p><p>four</p>', 'One\ntwo\nthree\n\nfour'],
    ['a<br><br><br><br>b', 'a\n\nb'],
    ['  a \n  b <b> c</b>d  ', 'a b cd'],
    ['<div><div><p>a</p></div></div><div>b</div>', 'a\n\nb'],
    ['<ul><li>one<li>two</ul>three', '• one\n• two\n\nthree'],
    ['<pre>a\n  b\n\nc</pre>', 'a\n  b\n\nc'],
    ['a<blockquote><p>q</p><blockquote>r</blockquote></blockquote>b', 'a\n\n> q\n>\n> > r\n\nb'],
    ['<table><tr><td>a<td>b<tr><td>c</table>', 'a b\nc'],
    ['&lt;b&gt; &amp;amp; &#x1F600; &eacute;&nbsp;x &unknown; &#0; &', '<b> &amp; 😀 é x &unknown; \uFFFD &'],
    ['I <3 you, 3 < 4 > 2', 'I <3 you, 3 < 4 > 2'],
    ['a<script>alert("<p>x</p>")</script>b<style>p{}</style><!-- c --><![CDATA[d]]>', 'abd'],
    ['<title>t</title><noscript>n</noscript><template><p>x</p></template><svg><text>s</text></svg>ok', 'ok'],
    ['<P CLASS=x>Upper</P>', 'Upper'],
    ['<p>never closed <i>at all', 'never closed at all'],
    ['</p></div></b>only ends</br>', 'only ends'],
    ['', ''],
    ['plain', 'plain'],
  ])('%s', (html, expected) => {
    expect(text(html)).toBe(expected);
  });

  it('Mastodon: mentions, hashtags, and links that are shown shortened', () => {
    const html =
      '<p><span class="h-card" translate="no"><a href="https://m.example/@brand" class="u-url mention">@<span>brand</span></a></span> look ' +
      '<a href="https://shop.example/pots/five-litres?colour=red&amp;x=1" target="_blank" rel="nofollow noopener" translate="no">' +
      '<span class="invisible">https://</span><span class="ellipsis">shop.example/pots/five-litres</span><span class="invisible">?colour=red&amp;x=1</span></a> ' +
      '<a href="https://m.example/tags/pots" class="mention hashtag" rel="tag">#<span>pots</span></a></p>';
    expect(htmlToText(html)).toEqual({
      text: '@brand look https://shop.example/pots/five-litres?colour=red&x=1 #pots',
      links: ['https://shop.example/pots/five-litres?colour=red&x=1'],
      media: [],
    });
  });

  it('says where a link leads when its words do not', () => {
    const to = (href: string, words: string): string => text(`<a href="${href}">${words}</a>`);
    expect(to('https://evil.example/', 'https://bank.example')).toBe(
      'https://bank.example (https://evil.example/)',
    );
    expect(to('https://a.example/x', 'here')).toBe('here (https://a.example/x)');
    expect(to('https://a.example/x', 'a.example/x')).toBe('a.example/x');
    expect(to('https://a.example/', 'https://A.example')).toBe('https://A.example');
    expect(to('https://a.example/%C3%BC', 'https://a.example/ü')).toBe('https://a.example/ü');
    expect(to('https://a.example/x', '<img src="/i.png">')).toBe('https://a.example/x');
    expect(to('javascript:alert(1)', 'click')).toBe('click');
    expect(to('https://evil.example/', '<b class="mention">not a mention</b>')).toContain('evil.example');
    expect(text('<a class="mention" href="https://evil.example/">your bank</a>')).toContain('evil.example');
  });

  it('resolves relative links, and leaves them out where it cannot', () => {
    expect(
      htmlToText('<a href="/a">a</a> <a href="//b.example/">b</a>', 'https://x.example/y').links,
    ).toEqual(['https://x.example/a', 'https://b.example/']);
    expect(htmlToText('<a href="/a">a</a>')).toMatchObject({ text: 'a', links: [] });
    expect(htmlToText('<iframe src="https://video.example/1">old browser</iframe>')).toMatchObject({
      text: '',
      links: ['https://video.example/1'],
    });
  });

  it('gives pictures with their words, not emoji and not tracking pixels', () => {
    const { text: words, media } = htmlToText(
      '<p>Hi <img class="wp-smiley" alt="🙂" src="https://s/1.png"><img src="https://a.example/p.jpg" alt="A &quot;pot&quot;">' +
        '<img src="https://t.example/t.gif" width="1" height=1><img alt="none"><video src="https://a.example/v.mp4" title="Film"></video></p>',
    );
    expect(words).toBe('Hi 🙂');
    expect(media).toEqual([
      { url: 'https://a.example/p.jpg', alt: 'A "pot"' },
      { url: 'https://a.example/v.mp4', alt: 'Film' },
    ]);
  });

  it('prototypes stay as they are', () => {
    htmlToText('<a __proto__="x" constructor=y href="https://a.example/">a</a><__proto__>b</__proto__>');
    expect(({} as { x?: string }).x).toBeUndefined();
  });
});

describe('hostile HTML', () => {
  it.each([
    ['a hundred thousand nested tags', '<div>'.repeat(100_000)],
    ['nested and closed', '<div>'.repeat(50_000) + '</div>'.repeat(50_000)],
    ['ends without beginnings', '</a></p>'.repeat(100_000)],
    ['quotations', '<blockquote>a'.repeat(100_000)],
    ['attributes', `<a ${'a=b '.repeat(250_000)}>x`],
    ['one attribute', `<a href="${'x'.repeat(1_000_000)}">x`],
    ['brackets', '<'.repeat(1_000_000)],
    ['ampersands', '&'.repeat(1_000_000)],
    ['entities', '&amp;'.repeat(200_000)],
    ['links', '<a href="https://a.example/1">b</a>'.repeat(30_000)],
    ['links that are none', '<a href=x>'.repeat(100_000)],
    ['line breaks', '<br>'.repeat(250_000)],
    ['preformatted lines', `<pre>${'\n'.repeat(1_000_000)}`],
    ['blanks', ' '.repeat(1_000_000)],
    ['words', ' a'.repeat(500_000)],
    ['scripts', '<script>'.repeat(125_000)],
    ['comments', '<!--'.repeat(250_000)],
    ['pictures', '<img src=https://a/b>'.repeat(50_000)],
  ])('%s: bounded in time and size', (_, html) => {
    const before = process.cpuUsage();
    const read = htmlToText(html);
    const { user, system } = process.cpuUsage(before);
    // 20 to 60 ms where this was written; the rest is room for slower machines.
    expect((user + system) / 1_000).toBeLessThan(500);
    expect(read.text.length).toBeLessThanOrEqual(100_000);
    expect(read.links.length).toBeLessThanOrEqual(50);
    expect(read.media.length).toBeLessThanOrEqual(10);
  });

  it('never throws, and every link is one that may be shown', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom(
        '<a href="',
        '">',
        '</a>',
        '<p>',
        '<br>',
        '<blockquote>',
        '</blockquote>',
        '<pre>',
        '<img src=',
        '&',
        '<!--',
        '-->',
        '<script>',
        '</script>',
        'https://x.example/',
        'javascript:',
        '<li>',
        '<',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { links, text: words } = htmlToText(pieces.join(''), 'https://base.example/');
        for (const link of links) expect(link).toMatch(/^https?:\/\//);
        expect(words).toBe(words.trim());
      }),
      { numRuns: 500 },
    );
  });

  it('escaped words come back as they were', () => {
    const escaped = (raw: string): string =>
      raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
    const words = fc
      .array(fc.stringMatching(/^[!-~äß😀]{1,12}$/u), { minLength: 1, maxLength: 8 })
      .map((all) => all.join(' '));
    fc.assert(
      fc.property(words, (raw) => {
        expect(text(`<p>${escaped(raw)}</p>`)).toBe(raw);
      }),
    );
  });
});
