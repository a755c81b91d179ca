import { TaskRouterRequestError } from '../../rest/index.js';

export interface Patience {
  /** How often something is tried whose answer was lost. */
  readonly tries: number;
  /** How long a lost creation gets to show before it is looked up, in milliseconds. */
  readonly settleMs: number;
  /** For tests: a number in [0, 1). */
  readonly random: () => number;
}

/** Whether a request may have been carried out although it failed: the answer was lost, or says nothing for certain. */
export const mayHaveHappened = (error: unknown): boolean =>
  error instanceof TaskRouterRequestError && error.maybeApplied;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends again what sets fields and may have been carried out: twice is as good as once. The client itself never repeats
 * such a request, because it does not know what else writes.
 */
export async function repeatSafely<T>(run: () => Promise<T>, patience: Patience): Promise<T> {
  for (let left = patience.tries - 1; ; left -= 1) {
    try {
      return await run();
    } catch (error) {
      if (left <= 0 || !mayHaveHappened(error)) throw error;
      await pause(patience.settleMs * patience.random());
    }
  }
}

interface Created {
  readonly sid: string;
  readonly dateCreated: Date;
}

export interface Creation<T extends Created> {
  create(): Promise<T>;
  /** Every resource with the name, in any order. */
  look(): Promise<readonly T[]>;
  remove(sid: string): Promise<void>;
  /** Makes one that someone else has created what is wanted. */
  adopt?(sid: string): Promise<unknown>;
  /** TaskRouter itself refuses a second one with the name. */
  readonly unique: boolean;
}

/**
 * Creates something once, although answers get lost and someone else may be creating it at the same time. After a lost
 * answer it is looked up by its name before it is created again. Where TaskRouter takes a name twice, it is looked up
 * afterwards too, and only one stays. One that was found may be someone else's, with other fields: it is adopted.
 */
export async function createOnce<T extends Created>(creation: Creation<T>, patience: Patience): Promise<T> {
  const { own, resource } = await createOrFind(creation, patience);
  if (!own) await repeatSafely(async () => creation.adopt?.(resource.sid), patience);
  return resource;
}

async function createOrFind<T extends Created>(
  creation: Creation<T>,
  patience: Patience,
): Promise<{ readonly own: boolean; readonly resource: T }> {
  let uncertain = false;
  for (let left = patience.tries - 1; ; left -= 1) {
    const [known] = uncertain ? (await creation.look()).toSorted(olderFirst) : [];
    if (known) return { own: false, resource: known };
    try {
      const made = await creation.create();
      if (creation.unique || left <= 0 || (await stays(made, creation, patience)))
        return { own: true, resource: made };
      await creation.remove(made.sid);
      // Whoever else removes theirs has done so by then.
      await pause(2 * patience.settleMs);
    } catch (error) {
      const refused = error instanceof TaskRouterRequestError && !error.maybeApplied;
      if (refused && creation.unique) {
        // Someone else has just created it.
        const [other] = await creation.look();
        if (other) return { own: false, resource: other };
      }
      if (left <= 0 || !mayHaveHappened(error)) throw error;
      await pause(patience.settleMs);
    }
    uncertain = true;
  }
}

/**
 * Whether ours is the one to stay. The oldest does, and the others go. If one does not, it was alone when it was looked
 * up, and is in use: then ours goes although it looks older, because dates have whole seconds only.
 */
async function stays<T extends Created>(
  made: T,
  { look }: Creation<T>,
  patience: Patience,
): Promise<boolean> {
  const others = async () => (await look()).filter(({ sid }) => sid !== made.sid);
  const all = await others();
  if (all.length === 0) return true;
  if (all.some((other) => olderFirst(other, made) < 0)) return false;
  await pause(patience.settleMs);
  return (await others()).length === 0;
}

const olderFirst = (a: Created, b: Created) =>
  a.dateCreated.getTime() - b.dateCreated.getTime() || (a.sid < b.sid ? -1 : 1);
