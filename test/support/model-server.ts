import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody tried, and what would show that it worked. */
export interface Attempt {
  readonly name: string;
  readonly text: string;
  readonly canary: string;
}

/** One request as the model reads it. */
export interface ModelAsked {
  /** System and developer messages, and what stands outside of the fence. */
  readonly instructions: string;
  /** What is inside; null when there is no whole fence with one line of JSON. */
  readonly data: unknown;
  readonly body: Record<string, unknown>;
  readonly authorization: string | null;
}

type Reply =
  | { readonly drafts: readonly string[] }
  | { readonly content: string | null; readonly finish?: string }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | 'drip'
  | 'hang'
  | 'giant'
  | 'broken';

export interface ModelServer {
  /** Base address of the API. */
  readonly url: string;
  readonly asked: ModelAsked[];
  /** Commands that it found among its instructions, and obeyed. */
  readonly obeyed: string[];
  /** What the next requests are answered with; the last one stays. */
  script(...replies: Reply[]): void;
  setUsage(usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null): void;
  setModels(names: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * An OpenAI-compatible server on 127.0.0.1 that is as obedient as a model can be: any of the commands that it knows and
 * that stands among its instructions, in a system or developer message or outside of the fence of the data, is its only
 * answer. So whoever lets data slip into instructions sees it in the drafts.
 */
export async function startModelServer(commands: readonly Attempt[] = []): Promise<ModelServer> {
  const asked: ModelAsked[] = [];
  const obeyed: string[] = [];
  let replies: Reply[] = [{ drafts: ['Turn it to the left.'] }];
  let usage: object | null = { prompt_tokens: 100, completion_tokens: 20 };
  let models: readonly string[] = ['scripted'];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const json = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof value === 'string' ? value : JSON.stringify(value));
      };
      if (request.url === '/v1/models')
        return json(200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
      if (request.url !== '/v1/chat/completions') return json(404, { error: { message: 'no such page' } });
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      const read = readMessages(body.messages);
      asked.push({ ...read, body, authorization: request.headers.authorization ?? null });
      const command = commands.find(({ canary, text }) => holds(read.instructions, canary, text));
      const reply: Reply | undefined = replies.length > 1 ? replies.shift() : replies[0];
      const complete = (content: string | null, finish = 'stop'): void =>
        json(200, {
          id: 'c1',
          object: 'chat.completion',
          created: 1,
          model: 'scripted',
          choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content } }],
          ...(usage ? { usage } : {}),
        });
      if (command) {
        obeyed.push(command.name);
        return complete(JSON.stringify({ drafts: [command.canary], translation: command.canary }));
      }
      if (reply === undefined || reply === 'hang') return;
      if (reply === 'broken') return json(200, '{"choices": [{"mess');
      if (reply === 'giant') return complete('x'.repeat(3_000_000));
      if (reply === 'drip') {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
        return;
      }
      if ('drafts' in reply) return complete(JSON.stringify({ drafts: reply.drafts }));
      if ('content' in reply) return complete(reply.content, reply.finish);
      json(reply.status, reply.body ?? { error: { message: 'scripted' } }, { ...reply.headers });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    obeyed,
    script(...next) {
      replies = next;
    },
    setUsage(next) {
      usage = next;
    },
    setModels(names) {
      models = names;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A command counts however it is disguised: by what it asks for, or by itself. */
function holds(instructions: string, canary: string, text: string): boolean {
  const plain = (value: string): string => value.normalize('NFKC').replace(/[\p{Cf}\p{Cc}\s]/gu, '');
  return (
    plain(instructions).includes(plain(canary)) || plain(instructions).includes(plain(text.toWellFormed()))
  );
}

/** Parts the messages as a careful model would: only one whole fence with one line of JSON is data. */
export function readMessages(messages: unknown): Pick<ModelAsked, 'instructions' | 'data'> {
  const list = messages as readonly { readonly role: string; readonly content: unknown }[];
  const textOf = (content: unknown): string =>
    typeof content === 'string'
      ? content
      : (content as readonly { readonly text?: string }[]).map(({ text }) => text ?? '').join('\n');
  const instructions: string[] = [];
  let data: unknown = null;
  for (const { role, content } of list) {
    const text = textOf(content);
    const lines = role === 'user' ? text.split(/\r\n|[\n\r\u000B\u000C\u0085\u2028\u2029]/u) : [];
    const mark = /^BEGIN DATA ([0-9a-f]{32})$/.exec(lines[0] ?? '')?.[1];
    const whole = mark !== undefined && lines.length === 3 && lines[2] === `END DATA ${mark}`;
    try {
      if (!whole) throw new Error('no fence');
      data = JSON.parse(lines[1] ?? '');
    } catch {
      instructions.push(text);
    }
  }
  return { instructions: instructions.join('\n'), data };
}
