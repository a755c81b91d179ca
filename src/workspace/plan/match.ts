import { ConfigurationError } from '../../errors.js';
import type { Comparable } from './kinds.js';
import { hashesOf, type RecordedResource } from './state.js';

export interface Named {
  readonly sid: string;
  readonly name: string;
}

export interface Match<Live extends Named> {
  /** What is there for each name of the definition; names without one are to be created. */
  readonly found: ReadonlyMap<string, Live>;
  /** What the definition does not have. */
  readonly others: readonly Live[];
}

/**
 * Finds what a definition's names stand for: by name, then by recorded identity, which tells a rename.
 *
 * @param wanted - by name, the fields that the definition wants.
 * @param recorded - by name, as it was applied last.
 * @param caseless - names that differ by case alone are one name to TaskRouter.
 * @param isAs - whether something that is there has the fields that a name of the definition wants.
 * @throws {ConfigurationError} `ambiguous-name` if several have a name of the definition.
 */
export function match<Live extends Named>(
  plural: string,
  wanted: ReadonlyMap<string, Comparable>,
  live: readonly Live[],
  recorded: Readonly<Record<string, RecordedResource>>,
  caseless: boolean,
  isAs: (live: Live, wanted: Comparable) => boolean,
): Match<Live> {
  const byName = new Map<string, Live[]>();
  for (const one of live) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const bySid = new Map(live.map((one) => [one.sid, one]));
  const found = new Map<string, Live>();
  const taken = new Set<string>();
  const take = (name: string, one: Live) => {
    found.set(name, one);
    taken.add(one.sid);
  };
  for (const name of wanted.keys()) {
    const all = byName.get(name) ?? [];
    if (all.length > 1) {
      const record = Object.hasOwn(recorded, name) ? recorded[name] : undefined;
      const own = all.find(({ sid }) => sid === record?.sid);
      if (!own) {
        throw new ConfigurationError(
          'ambiguous-name',
          `The workspace has ${all.length} ${plural} named ${JSON.stringify(name)}: ${all.map(({ sid }) => sid).join(', ')}. A definition identifies them by name: rename or delete all but one.`,
        );
      }
      take(name, own);
    } else if (all[0]) take(name, all[0]);
  }
  const missing = () => [...wanted.keys()].filter((name) => !found.has(name));
  const free = (one: Live | undefined): one is Live =>
    one !== undefined && !taken.has(one.sid) && !wanted.has(one.name);

  // Renamed in the workspace: what was applied under the name has another one.
  for (const name of missing()) {
    const record = Object.hasOwn(recorded, name) ? recorded[name] : undefined;
    const one = record && bySid.get(record.sid);
    if (free(one)) take(name, one);
  }
  // Renamed in the definition: a name has gone and another one, with the same fields, has come.
  const gone = Object.entries(recorded).filter(
    ([name, { sid }]) => !wanted.has(name) && free(bySid.get(sid)),
  );
  const fingerprint = (fields: Readonly<Record<string, string>>) =>
    JSON.stringify(Object.entries(fields).sort());
  for (const name of missing()) {
    const fields = wanted.get(name)!;
    const hashes = hashesOf(fields);
    const own = fingerprint(hashes);
    const names = Object.keys(hashes).sort().join();
    // What was recorded has the old names of others that are renamed too; what is there is compared by their new ones.
    const before = gone.filter(
      ([, record]) =>
        fingerprint(record.fields) === own ||
        // Who says nothing of a field wants no other value of it: that would fit anything.
        (Object.keys(record.fields).sort().join() === names && isAs(bySid.get(record.sid)!, fields)),
    );
    const rivals = missing().filter((other) => fingerprint(hashesOf(wanted.get(other)!)) === own);
    const one = before.length === 1 && rivals.length === 1 ? bySid.get(before[0]![1].sid) : undefined;
    if (free(one)) take(name, one);
  }
  if (caseless) {
    for (const name of missing()) {
      const alike = live.filter((one) => one.name.toLowerCase() === name.toLowerCase() && free(one));
      if (alike.length === 1) take(name, alike[0]!);
    }
  }
  return { found, others: live.filter(({ sid }) => !taken.has(sid)) };
}
