import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { HookRequest, HookResult } from '../../src/sources/source.ts';
import { MINUTE } from '../contract/source-steps.ts';
import { type GithubWorld, githubWorld } from '../fixtures/github/world.ts';

const SECRET = 'webhook-secret-0123456789';
const worlds: GithubWorld[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) {
    expect(world.logged()).not.toContain(SECRET);
    await world.close();
  }
});

async function start(config: object = {}): Promise<GithubWorld> {
  const world = await githubWorld({
    config: { repositories: [], mentions: true, secret: SECRET, ...config },
  });
  worlds.push(world);
  return world;
}

interface Fixture {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`../fixtures/github/${name}.json`, import.meta.url), 'utf8')) as Fixture;

function request(
  { event, payload }: Fixture,
  options: { readonly form?: boolean; readonly secret?: string } = {},
): HookRequest {
  const json = JSON.stringify(payload);
  const body = Buffer.from(options.form ? new URLSearchParams({ payload: json }).toString() : json);
  const signature = createHmac('sha256', options.secret ?? SECRET)
    .update(body)
    .digest('hex');
  return {
    method: 'POST',
    headers: {
      'content-type': options.form ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-github-event': event,
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': `sha256=${signature}`,
    },
    query: {},
    body,
  };
}

async function send(world: GithubWorld, asked: HookRequest): Promise<HookResult> {
  const result = await world.source.receive?.(asked);
  if (!result) throw new Error('no receive');
  return result;
}

describe('the webhook of GitHub', () => {
  it('is there only where a secret is given', async () => {
    const world = await start({ secret: undefined });
    expect(world.source.capabilities.receive).toBe(false);
    expect(world.source.receive).toBeUndefined();
  });

  it.each([
    ['issues-opened', 'codertocat/hello-world/issues/1', 'Spelling error in the README file'],
    [
      'issue_comment-created',
      'codertocat/hello-world/issues/1#issuecomment-492700400',
      'You are totally right!',
    ],
    ['discussion-created', 'octo-org/octo-repo/discussions/90', "Welcome to discussions!\n\nWe're glad"],
    [
      'discussion_comment-created',
      'octo-org/octo-repo/discussions/90#discussioncomment-544078',
      'I have so many',
    ],
  ])('takes %s, and the same again', async (name, id, text) => {
    const world = await start();
    const first = await send(world, request(fixture(name)));
    expect(first.status).toBe(202);
    expect(first.posts).toHaveLength(1);
    expect(first.posts[0]).toMatchObject({
      id,
      editedAt: null,
      ours: false,
      author: { handle: 'Codertocat' },
    });
    expect(first.posts[0]?.text.startsWith(text)).toBe(true);
    await world.restart();
    expect((await send(world, request(fixture(name), { form: true }))).posts).toEqual(first.posts);
  });

  it.each([
    ['issues-edited', 'issue'],
    ['issue_comment-edited', 'comment'],
    ['discussion-edited', 'discussion'],
    ['discussion_comment-edited', 'comment'],
  ])('tells when a text was changed: %s', async (name, field) => {
    const world = await start();
    const { event, payload } = fixture(name);
    const at = world.clock.now();
    const times = { created_at: new Date(at - MINUTE).toISOString(), updated_at: new Date(at).toISOString() };
    const written = { ...(payload[field] as object), ...times };
    const result = await send(world, request({ event, payload: { ...payload, [field]: written } }));
    expect(result.posts[0]).toMatchObject({ editedAt: at, createdAt: at - MINUTE });
  });

  it('opens nothing for a change of something that is years old', async () => {
    const world = await start();
    const result = await send(world, request(fixture('issue_comment-edited')));
    expect(result).toMatchObject({ status: 202, posts: [], changed: [{ editedAt: expect.any(Number) }] });
  });

  it.each([
    ['issues-deleted', 'codertocat/hello-world/issues/1'],
    ['issues-transferred', 'octo-org/octo-repo/issues/2'],
    ['issue_comment-deleted', 'codertocat/hello-world/issues/1#issuecomment-492700400'],
    ['discussion_comment-deleted', null],
  ])('tells what is gone: %s', async (name, id) => {
    const world = await start();
    const result = await send(world, request(fixture(name)));
    expect(result.status).toBe(202);
    expect(result.posts).toEqual([]);
    expect(result.deleted).toHaveLength(1);
    if (name === 'issues-transferred') expect(result.deleted?.[0]).toMatch(/\/issues\/\d+$/);
    else if (id) expect(result.deleted).toEqual([id]);
    else expect(result.deleted?.[0]).toMatch(/\/discussions\/\d+#discussioncomment-\d+$/);
  });

  it('gives a comment the id that the poll gives it', async () => {
    const world = await start({ repositories: ['simmer/kettle'], mentions: false });
    const { fake, clock } = world;
    const topic = fake.addTopic({
      kind: 'issues',
      author: fake.person('ada'),
      createdAt: clock.now(),
      title: 'Ask',
      body: 'A **bold** [link](https://example.com/a)',
    });
    const remark = fake.addComment(topic, { author: fake.brand, body: 'Ours', createdAt: clock.now() });
    const repository = { full_name: 'Simmer/Kettle' };
    const issue = fake.issueJson(topic);
    const opened = await send(
      world,
      request({ event: 'issues', payload: { action: 'opened', issue, repository } }),
    );
    const comment = fake.commentJson(topic, remark);
    const created = await send(
      world,
      request({ event: 'issue_comment', payload: { action: 'created', issue, comment, repository } }),
    );
    const polled = await world.source.poll?.(null, new AbortController().signal);
    expect([...opened.posts, ...created.posts]).toEqual(polled?.posts);
    expect(created.posts[0]?.ours).toBe(true);
  });

  it('notes a lock', async () => {
    const world = await start({ repositories: ['simmer/kettle'] });
    const { fake, clock } = world;
    fake.state.mayWrite = false;
    const topic = fake.addTopic({
      kind: 'discussions',
      author: fake.person('ada'),
      createdAt: clock.now(),
      title: 'Ask',
    });
    const [post] = (await world.source.poll?.(null, new AbortController().signal))?.posts ?? [];
    if (!post) throw new Error('nothing polled');
    const { event, payload } = fixture('discussion-locked');
    const discussion = { ...(payload.discussion as object), number: topic.number };
    const result = await send(
      world,
      request({ event, payload: { ...payload, discussion, repository: { full_name: 'simmer/kettle' } } }),
    );
    expect(result).toMatchObject({ status: 202, posts: [] });
    expect(world.source.mayNotReply?.(post)).toContain('locked');
  });

  it('refuses what is not signed, or signed with something else', async () => {
    const world = await start();
    const good = request(fixture('issues-opened'));
    const { 'x-hub-signature-256': _, ...unsigned } = good.headers;
    for (const headers of [
      unsigned,
      { ...unsigned, 'x-hub-signature-256': 'sha256=00' },
      request(fixture('issues-opened'), { secret: 'another-secret-000' }).headers,
    ])
      expect(await send(world, { ...good, headers })).toMatchObject({ status: 401, posts: [] });
    expect(await send(world, { ...good, body: Buffer.from('{}') })).toMatchObject({ status: 401 });
    expect(await send(world, { ...good, method: 'GET' })).toMatchObject({ status: 405 });
    expect(world.fake.service.requests).toEqual([]);
  });

  it('says what it cannot read, and takes no interest in the rest', async () => {
    const world = await start({ repositories: ['simmer/kettle'] });
    const event = (name: string, payload: object) =>
      send(world, request({ event: name, payload: payload as Record<string, unknown> }));
    expect(await event('ping', { zen: 'Design for failure.' })).toMatchObject({ status: 200 });
    expect(await event('push', { ref: 'refs/heads/main' })).toMatchObject({ status: 202, posts: [] });
    expect(await event('__proto__', {})).toMatchObject({ status: 202, posts: [] });
    expect(await event('issues', {})).toMatchObject({ status: 400, posts: [] });
    expect(await send(world, request(fixture('issues-opened')))).toMatchObject({
      status: 202,
      posts: [],
      body: { ignored: expect.any(String) },
    });
    const broken = { action: 'opened', issue: { number: 1 }, repository: { full_name: 'simmer/kettle' } };
    expect(await event('issues', broken)).toMatchObject({
      status: 400,
      dropped: [{ why: expect.stringContaining('issue.created_at') }],
    });
    for (const body of ['', '{', 'null', '"x"', '[1]x']) {
      const signature = createHmac('sha256', SECRET).update(body).digest('hex');
      const headers = { 'x-github-event': 'issues', 'x-hub-signature-256': `sha256=${signature}` };
      const result = await send(world, { method: 'POST', query: {}, headers, body: Buffer.from(body) });
      expect(result).toMatchObject({ status: 400, posts: [] });
    }
  });

  it('takes nothing while it does not know who we are', async () => {
    const world = await start();
    world.fail({ status: 502 });
    expect(await send(world, request(fixture('issues-opened')))).toMatchObject({ status: 503, posts: [] });
  });
});
