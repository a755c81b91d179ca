/** The part of a connection that is used. A Node stream fits. */
interface Connection {
  readonly writableCorked?: number;
  cork?(): void;
  uncork?(): void;
}

/**
 * Lets the commands of one turn of the event loop share one write to the socket. Each write is a system call, and under
 * load many callbacks arrive in one turn. Alone, a command waits for nothing but the end of the turn.
 *
 * Not for a cluster: it has a connection to each node, and chooses one only later.
 */
export function shareWrite(client: object): void {
  const { stream } = client as { stream?: Connection };
  if (!stream?.cork || !stream.uncork || stream.writableCorked !== 0) return;
  stream.cork();
  setImmediate(() => stream.uncork?.());
}
