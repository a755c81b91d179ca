import { TaskRouterKitError } from '../../errors.js';

/** A command TaskRouter would refuse: the HTTP status and Twilio's error code of its answer, and a message for it. */
export class EngineRefusal extends TaskRouterKitError {
  readonly status: number;
  readonly twilioCode: number;

  constructor(status: number, twilioCode: number, message: string) {
    super('EMULATOR_REFUSED', message);
    this.status = status;
    this.twilioCode = twilioCode;
  }
}

/** 400 with 20001: a value or a change of state that is not allowed. */
export const badRequest = (message: string) => new EngineRefusal(400, 20001, message);

/** 404 with 20404. `path` is the part of the URL after the version, e.g. `/Workspaces/WS…/Tasks/WT…`. */
export const notFound = (path: string) =>
  new EngineRefusal(404, 20404, `The requested resource ${path} was not found`);
