/** Posts as the webhook takes them. */
export function batch(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `b${from + index}`,
    text: `Does the ${from + index} litre pot fit in a dishwasher? Mine broke after two weeks.`,
    author: { name: `Customer ${(from + index) % 997}`, handle: `c${(from + index) % 997}` },
    createdAt: new Date(1_780_000_000_000 + from + index).toISOString(),
  }));
}

/** Sends JSON as the person called Bench; throws what the bot answers when it is not content. */
export async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-potluck-actor': 'Bench' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
