/** What the recipe for Next uses of it: `after` keeps the process at work once the answer has gone. */
export const kept: Promise<unknown>[] = [];

export function after(work: () => Promise<unknown>): void {
  kept.push(work());
}
