import type { RequestHandler } from 'express';
import { ConfigurationError } from '../../errors.js';
import type { Emulator } from '../face.js';
import type { NewTask } from '../task-fields.js';

/**
 * `POST /_emulator/tasks`: makes a task by names, without credentials. The body is a {@link NewTask} as JSON;
 * `anyChannel: true` takes the channel `default` where the workspace lacks the one that is named.
 */
export function newTask(emulator: Pick<Emulator, 'createTask' | 'workspaces'>): RequestHandler {
  return (request, response) => {
    if (!request.is('application/json')) {
      throw new ConfigurationError(
        'bad-task',
        'A task is sent as JSON: set the content type to application/json.',
      );
    }
    const { anyChannel, ...fields } = request.body as NewTask & { readonly anyChannel?: boolean };
    const { workspaceSid, taskChannel, workflow } = fields;
    const [only, ...others] = emulator.workspaces.values();
    const view = workspaceSid === undefined ? only : emulator.workspaces.get(workspaceSid);
    const isOne = workspaceSid !== undefined || others.length === 0;
    if (view && isOne && workflow === undefined && view.workflows.size !== 1) {
      const names = [...view.workflows.values()].map(({ friendlyName }) => friendlyName);
      const which = names.length === 0 ? 'it has none' : `name one with workflow: ${names.join(', ')}`;
      throw new ConfigurationError(
        'which-workflow',
        `The workspace has ${names.length} workflows: ${which}.`,
      );
    }
    const lacksChannel = taskChannel !== undefined && view?.taskChannel(taskChannel) === undefined;
    const task = emulator.createTask(
      anyChannel && lacksChannel ? { ...fields, taskChannel: 'default' } : fields,
    );
    const after = emulator.workspaces.get(task.workspaceSid);
    response.status(201).json({
      ...task,
      workflow: after?.workflows.get(task.workflowSid)?.friendlyName,
      taskChannel: after?.taskChannels.get(task.taskChannelSid)?.uniqueName,
    });
  };
}
