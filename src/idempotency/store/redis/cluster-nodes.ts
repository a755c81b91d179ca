/** The part of a node's client that is mended. */
interface NodeClient {
  asking?(): Promise<unknown>;
}

/** What a `Cluster` of ioredis has beside what the store uses. */
interface ClusterClient {
  readonly isCluster?: boolean;
  nodes?(role: 'all'): readonly NodeClient[];
  on?(event: '+node', listener: (node: NodeClient) => void): unknown;
}

const mended = new WeakSet<NodeClient>();

/**
 * Keeps a cluster client from ending the process. While a slot moves, ioredis sends `ASKING` before a command and drops its
 * promise. If the node's connection closes then, nobody handles the rejection, and Node ends the process. The command
 * itself fails too, and that failure reaches the store.
 */
export function handleAskingFailures(client: object): void {
  const cluster: ClusterClient = client;
  if (cluster.isCluster !== true) return;
  for (const node of cluster.nodes?.('all') ?? []) mend(node);
  cluster.on?.('+node', mend);
}

function mend(node: NodeClient): void {
  if (mended.has(node) || typeof node.asking !== 'function') return;
  mended.add(node);
  const asking = node.asking.bind(node);
  node.asking = () => {
    const answer = asking();
    answer.catch(() => {});
    return answer;
  };
}
