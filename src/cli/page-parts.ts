import type { InspectorOptions, NamedPreset } from '../emulator/index.js';
import type { Modules } from '../workspace/import-file.js';
import { lintView } from '../workspace/lint/lint-view.js';
import { fileNames, loadPreset } from './presets.js';

/** What `dev` and `emulate` show on the page beside the emulator's own state: the project's presets, and what `lint` says. */
export const pageParts = (modules: () => Promise<Modules>): InspectorOptions => ({
  presets: () => Promise.all(fileNames().map((name) => named(name, modules))),
  lint: lintView,
});

/** A file that cannot be used is shown with the reason: whoever saves it looks at the page. */
async function named(name: string, modules: () => Promise<Modules>): Promise<NamedPreset> {
  try {
    return { name, task: (await loadPreset(name, modules)).preset };
  } catch (error) {
    return { name, error: error instanceof Error ? error.message : String(error) };
  }
}
