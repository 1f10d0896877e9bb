// One stream of messages for several loops at once: an async generator queues who asks for the next.

export async function* shared<T>(messages: AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* messages;
}
