import type { WorkspaceFinding, WorkspaceFindings, WorkspaceRows } from '../data/types.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/resource.js';
import { counted } from '../text.js';

/** What `taskrouter lint` says of the workspace; asked again when its workflows or queues are others. */
export function useFindings({ sid, workflows, queues }: WorkspaceRows): readonly WorkspaceFinding[] {
  const version = [
    ...workflows.map(
      (one) => `${one.configuration} ${one.assignmentCallbackUrl} ${one.taskReservationTimeoutS}`,
    ),
    // Their order is another one with each task.
    ...queues.map((one) => `${one.sid} ${one.targetWorkers}`).sort(),
  ].join('\n');
  const { data } = useResource<WorkspaceFindings>(`/workspaces/${sid}/findings`, version);
  return data?.findings ?? [];
}

/** Those about a part of a configuration: at its place and below, but for what stands in a cell of its own. */
export const findingsAt = (
  findings: readonly WorkspaceFinding[],
  place: string,
): readonly WorkspaceFinding[] =>
  findings.filter(
    (one) =>
      one.place === place ||
      (one.place.startsWith(`${place}.`) && !one.place.startsWith(`${place}.targets[`)),
  );

/** Each with its rule, which leads to the page about it. */
export function Findings({ of }: { of: readonly WorkspaceFinding[] }) {
  return (
    <>
      {of.map(({ rule, severity, message, docs, place }) => (
        <p class={`notice ${TONES[severity]}`} key={rule + place + message}>
          <Icon name="warn" />
          <span>
            <a class="rule" href={docs} target="_blank" rel="noreferrer">
              {rule}
            </a>{' '}
            <bdi>{message}</bdi>
          </span>
        </p>
      ))}
    </>
  );
}

const TONES = { error: 'bad', warning: 'waits', info: 'calm' } as const;

/** `lint: 1 error, 2 warnings` */
export function inWords(findings: readonly WorkspaceFinding[]): string {
  const count = (severity: WorkspaceFinding['severity'], one: string, many?: string) => {
    const found = findings.filter((finding) => finding.severity === severity).length;
    return found === 0 ? [] : [counted(found, one, many)];
  };
  return [...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'hint')].join(', ');
}
