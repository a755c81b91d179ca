// The licences of packages whose code is shipped inside a file of ours.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence of every package that has a file in a bundle.
 * @param {readonly string[]} inputs the paths of the files in it
 * @returns {string}
 */
export function licencesOf(inputs) {
  const packages = new Set(
    inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const file = readdirSync(path).find((one) => /^licen[cs]e(\.|$)/i.test(one));
      if (file === undefined || !existsSync(join(path, file))) {
        throw new Error(
          `${name} has no licence file: it cannot be bundled before its licence can be shipped.`,
        );
      }
      return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
