// What the page asks for beside the feed
// GET /_emulator/presets                     Presets
// GET /_emulator/workspaces/{sid}/findings   WorkspaceFindings

/** Tasks that are offered under a name, and the kinds of task Twilio's own products make. */
export interface Presets {
  /** Those of the project first. */
  readonly presets: readonly Preset[];
  readonly kinds: readonly TaskKind[];
}

export interface Preset {
  readonly name: string;
  /** It is a file of the project, and not built in. */
  readonly own: boolean;
  /** Why the file cannot be used; null: it can. */
  readonly error: string | null;
  /** SID or friendly name. */
  readonly workflow: string | null;
  /** The kind whose attributes are added. */
  readonly preset: string | null;
  readonly taskChannel: string | null;
  readonly attributes: object;
  readonly priority: number | null;
  /** In seconds. */
  readonly timeout: number | null;
}

/** `preset` of a new task, with what it adds. */
export interface TaskKind {
  readonly name: string;
  readonly taskChannel: string;
  /** An example: each task has SIDs of its own. */
  readonly attributes: object;
}

/** What `taskrouter lint` says of a workspace as it stands; empty where nobody checks it. */
export interface WorkspaceFindings {
  readonly findings: readonly WorkspaceFinding[];
}

export interface WorkspaceFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** What is wrong, and what to write instead. */
  readonly message: string;
  /** The SID of the workflow it is about. */
  readonly workflow: string | null;
  /** The SID of the task queue it is about. */
  readonly queue: string | null;
  /** `task_routing.filters[0].expression`, or a field such as `assignmentCallbackUrl`; empty: the whole of it. */
  readonly place: string;
  /** The page that explains the rule. */
  readonly docs: string;
}
