/** How many single letters must be put in, taken out or changed to make one text the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The known names a misspelt one may have meant, the nearest first, at most three.
 *
 * @example nearMisses('Ofline', ['Available', 'Offline']) // ['Offline']
 */
export function nearMisses(wanted: string, known: Iterable<string>): readonly string[] {
  const lower = wanted.toLowerCase();
  const reach = Math.max(2, Math.floor(wanted.length / 3));
  return [...known]
    .map((name) => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ far }) => far <= reach)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}
