import type { RequestHandler, Response } from 'express';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import type { StaffAct, StaffBegins, StaffMissed } from '../feed/types.js';
import type { Emulator } from '../interface.js';
import { STAFF_KEYS, type StaffOptions } from '../staff/options.js';
import { visible } from '../visible.js';

/** A blank line so often, because HTTP clients give up on a silent answer after some minutes. */
const ALIVE_EVERY_MS = 30_000;
/** What may wait for a slow reader; more acts are counted alone. */
const MOST_WAITING = 256 * 1_024;

/**
 * `POST /_emulator/staff`: agents that play until the connection ends, as {@link Emulator.staff}. The answer is one JSON
 * object a line: who plays, then what each of them does.
 */
export function playStaff(emulator: Pick<Emulator, 'staff'>): RequestHandler {
  return (request, response) => {
    // A form has texts alone, and none of the shares is one.
    if (request.is('application/json') === false) {
      throw new ConfigurationError(
        'bad-option',
        'The options of staff are sent as JSON: set the content type to application/json.',
      );
    }
    const options: unknown = request.body ?? {};
    refuseUnknownKeys(options, STAFF_KEYS, 'staff');
    const lines = linesTo(response);
    const staff = emulator.staff({ ...(options as StaffOptions), onAct: lines.act });
    const alive = setInterval(() => response.write('\n'), ALIVE_EVERY_MS);
    response.on('close', () => {
      clearInterval(alive);
      staff.stop();
    });
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    lines.begin({ workers: staff.workers });
  };
}

function linesTo(response: Response) {
  let missed = 0;
  const write = (line: StaffBegins | StaffAct | StaffMissed) =>
    void response.write(`${visible(JSON.stringify(line))}\n`);
  return {
    begin: write,
    act(act: StaffAct): void {
      if (response.writableLength > MOST_WAITING) {
        missed += 1;
        return;
      }
      if (missed > 0) write({ missed });
      missed = 0;
      write(act);
    },
  };
}
