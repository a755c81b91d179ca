// The endpoint as `taskrouter serve` runs it, configured by the environment, with a handler and a listener that count.
import { conference, defer, defineAssignment, defineOtherwise } from '../../dist/index.js';
import { readConfig } from '../../dist/server/config.js';
import { startEndpoint } from '../../dist/server/serve.js';
import { stopOnSignals } from '../../dist/server/shutdown.js';
import { createTally, tellPort } from './tally.js';

const tally = createTally();
const handlers = [
  defineAssignment(({ task, reservation }) => {
    tally.run(reservation.sid);
    return conference({
      from: task.attributes.called,
      conferenceRecord: 'record-from-start',
      endConferenceOnExit: true,
    });
  }),
  defineOtherwise(defer()),
];
const endpoint = await startEndpoint(readConfig(process.env), { handlers, onOutcome: tally.outcome });
stopOnSignals(endpoint);
tellPort(new URL(endpoint.url).port);
