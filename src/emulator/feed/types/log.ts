// POST /_emulator/log

/** Lines of an endpoint's log about callbacks, to be shown with the deliveries they are about. `dev` sends those of its own. */
export interface LogRequest {
  /** At most 1,000. */
  readonly lines: readonly {
    readonly level: LogLine['level'];
    /** At most 1,000 characters of it are kept. */
    readonly message: string;
    readonly reservationSid?: string;
    readonly eventSid?: string;
  }[];
}

export interface LogTaken {
  readonly taken: number;
}

export interface LogLine {
  /** When the emulator heard of it. */
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly reservationSid: string | null;
  readonly eventSid: string | null;
}
