import { dirname, relative, resolve, sep } from 'node:path';

/**
 * For esbuild: leaves out what is ours and not in the folder, and says where it is from the bundle's point of view.
 * @param {string} folder with a slash at its end
 * @returns {import('esbuild').Plugin}
 */
export const onlyThisFolder = (folder) => ({
  name: 'only-this-folder',
  setup(steps) {
    steps.onResolve({ filter: /^\./ }, ({ path, importer }) => {
      const target = resolve(dirname(importer), path);
      if (importer === '' || importer.includes(`${sep}node_modules${sep}`) || target.startsWith(folder))
        return undefined;
      return { path: relative(folder, target).split(sep).join('/'), external: true };
    });
  },
});
