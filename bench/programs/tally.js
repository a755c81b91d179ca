// What a measured server counts, and how it tells: over IPC, to the process that started it. Servers of callbacks count
// by reservation, in bytes indexed by the last eight digits of its SID (bench/requests.ts numbers them), so that
// counting costs next to nothing beside what is measured.

/** More reservations than a run ever sends. */
const MOST = 1 << 22;

/**
 * Makes a server's counters, and answers `'report'` from the parent with them and the CPU time used so far.
 * The process ends with its parent.
 */
export function createTally() {
  const seen = new Uint8Array(MOST);
  const ran = new Uint8Array(MOST);
  const counts = { requests: 0, reservations: 0, runs: 0, repeatedRuns: 0, degraded: 0 };
  /** @type {Record<string, number>} */
  const failures = {};
  /** @param {string} text */
  const failed = (text) => {
    failures[text] = (failures[text] ?? 0) + 1;
  };

  process.on('message', (message) => {
    if (message !== 'report') return;
    const { user, system } = process.cpuUsage();
    process.send({ ...counts, failures, cpuUs: user + system });
  });
  process.on('disconnect', () => process.exit());

  return {
    failed,

    /** A request came; for servers that know nothing of reservations. */
    request() {
      counts.requests += 1;
    },

    /**
     * A handler ran.
     * @param {string} reservationSid
     */
    run(reservationSid) {
      counts.runs += 1;
      const index = indexOf(reservationSid);
      if (ran[index] === 1) counts.repeatedRuns += 1;
      ran[index] = 1;
    },

    /**
     * An `onOutcome` listener.
     * @param {import('taskrouter-kit').CallbackOutcome} outcome
     */
    outcome({ reservationSid, status, reason, degraded }) {
      counts.requests += 1;
      if (status !== 200 || reservationSid === undefined) return failed(`${status} ${reason}`);
      if (degraded) counts.degraded += 1;
      const index = indexOf(reservationSid);
      counts.reservations += 1 - seen[index];
      seen[index] = 1;
    },
  };
}

/** @param {string} reservationSid */
function indexOf(reservationSid) {
  const index = Number.parseInt(reservationSid.slice(-8), 16);
  if (index >= MOST) throw new Error('This is no reservation of the benchmark.');
  return index;
}

/**
 * Tells the parent where the server listens.
 * @param {string | number} port
 */
export function tellPort(port) {
  process.send({ port: Number(port) });
}
