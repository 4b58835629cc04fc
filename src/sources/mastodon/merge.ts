/**
 * What several streams bring, as it comes. Ends by throwing as soon as one of them throws or ends; then all are closed.
 *
 * @param streams at least one
 */
export async function* merge<T>(streams: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const next = (stream: AsyncGenerator<T>) => {
    const result = stream.next().then((step) => ({ stream, step }));
    // Whoever loses the race and fails must not become an unhandled rejection.
    result.catch(() => {});
    return result;
  };
  const open = new Map(streams.map((stream) => [stream, next(stream)]));
  try {
    for (;;) {
      const { stream, step } = await Promise.race(open.values());
      if (step.done) return;
      // At the end of the line, so that a busy stream does not silence the others.
      open.delete(stream);
      yield step.value;
      open.set(stream, next(stream));
    }
  } finally {
    // Not awaited: a stream that waits for its next event ends only when its signal does.
    for (const stream of streams) stream.return(undefined).catch(() => {});
  }
}
