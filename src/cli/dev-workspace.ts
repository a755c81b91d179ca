import type { Emulator, Seeded } from '../emulator/index.js';
import { likewise } from '../workspace/definition/index.js';
import type { Modules } from '../workspace/import-file.js';
import type { WorkspaceDefinition } from '../workspace/index.js';
import { type LoadedDefinition, loadDefinition } from '../workspace/load.js';
import { UsageError } from './failure.js';
import SAMPLE_CENTRE from './sample-centre.js';
import { seedFrom } from './seed-from.js';
import { ENV_WITHOUT_FILE, usualFile } from './workspace-file.js';

/** What `dev` begins with: a workspace file, or the sample centre. */
export interface DevWorkspace {
  /** The file; undefined: the sample centre. */
  readonly file: string | undefined;
  readonly loaded: Pick<LoadedDefinition, 'definition' | 'error' | 'files'>;
}

/**
 * @param environment - whose values the file takes.
 * @throws {DefinitionError} or ConfigurationError for a file that cannot be used; UsageError for an environment without a
 *   file.
 */
export async function readWorkspace(
  file: string | undefined,
  modules: Modules,
  environment?: string,
): Promise<DevWorkspace> {
  const path = file ?? usualFile();
  if (path !== undefined) return { file: path, loaded: await loadDefinition(path, modules, { environment }) };
  if (environment !== undefined) throw new UsageError(ENV_WITHOUT_FILE);
  const error = () => {
    throw new Error('The sample centre is refused.');
  };
  return { file: undefined, loaded: { definition: SAMPLE_CENTRE, files: [], error } };
}

/** Where the callbacks of an app go. */
export interface CallbackUrls {
  readonly assignment: string;
  readonly fallback: string;
  readonly events: string;
}

/** The routes below a base such as `http://localhost:3000/taskrouter`; a URL of the assignment route itself will do too. */
export function callbackUrls(base: string): CallbackUrls {
  const root = base.replace(/\/+$/, '').replace(/\/assignment$/, '');
  return {
    assignment: `${root}/assignment`,
    fallback: `${root}/assignment/fallback`,
    events: `${root}/events`,
  };
}

/** @throws {UsageError} for what is no URL of an app. */
export function readAppUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return text;
  throw new UsageError(
    '--url must be where your app mounts the router, such as http://localhost:3000/taskrouter.',
  );
}

/**
 * The definition with its callbacks sent here: what a file says about production must not be called by a trial. URLs of the
 * file that lead to the app itself stay, because only the file knows its routes.
 */
export function withCallbacksTo(
  definition: WorkspaceDefinition,
  urls: CallbackUrls,
  app: string | undefined,
): WorkspaceDefinition {
  const own = (url: string | undefined) =>
    app !== undefined &&
    url !== undefined &&
    URL.canParse(url) &&
    new URL(url).origin === new URL(app).origin;
  const workflows = Object.entries(definition.workflows ?? {}).map(([name, workflow]) => {
    const { assignmentCallbackUrl: primary, fallbackAssignmentCallbackUrl: fallback } = workflow;
    return [
      name,
      own(primary)
        ? { ...workflow, fallbackAssignmentCallbackUrl: own(fallback) ? fallback : undefined }
        : {
            ...workflow,
            assignmentCallbackUrl: urls.assignment,
            fallbackAssignmentCallbackUrl: urls.fallback,
          },
    ];
  });
  const made = {
    ...definition,
    eventCallbackUrl: own(definition.eventCallbackUrl) ? definition.eventCallbackUrl : urls.events,
    workflows: Object.fromEntries(workflows),
  };
  return likewise(made, definition);
}

/** Makes the workspace. It calls nobody yet: there is no handler to answer. */
export function seedDevWorkspace(
  emulator: Pick<Emulator, 'seed'>,
  { loaded }: DevWorkspace,
): Seeded<WorkspaceDefinition> {
  const definition = withCallbacksTo(
    loaded.definition,
    { assignment: '', fallback: '', events: '' },
    undefined,
  );
  return seedFrom(emulator, { ...loaded, definition });
}

/** Changes the workspace to what its definition says, with the callbacks sent to `urls`. */
export function changeDevWorkspace(
  emulator: Pick<Emulator, 'seed'>,
  { loaded }: DevWorkspace,
  workspaceSid: string,
  urls: CallbackUrls,
  app: string | undefined,
): void {
  const definition = withCallbacksTo(loaded.definition, urls, app);
  seedFrom(emulator, { ...loaded, definition }, { workspaceSid });
}
