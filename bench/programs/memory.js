// A million reservations, each its own, through the whole core (signature, form, validation, dispatch, handler, store)
// in one process, without HTTP. Prints a line of JSON for each sample, taken after a full collection.
// Usage: node --expose-gc memory.js <reservations> <samples>
import { conference, createTaskRouter, defer, memoryStore } from '../../dist/index.js';
import { assignmentRequest } from '../../dist/testing/index.js';

const count = Number(process.argv[2]);
const every = count / Number(process.argv[3]);
/** Requests that wait at once. */
const ABREAST = 32;

const authToken = '0123456789abcdef0123456789abcdef';
const url = 'https://hooks.example.com/taskrouter/assignment';
const store = memoryStore();
let runs = 0;
const answer = createTaskRouter({ authToken, store })
  .onAssignment(({ task }) => {
    runs += 1;
    return conference({ from: task.attributes.called, conferenceRecord: 'record-from-start' });
  })
  .otherwise(defer())
  .fetch();

const started = performance.now();
let bad = 0;
for (let done = 0; done < count; ) {
  const batch = Array.from({ length: ABREAST }, async () => {
    const request = assignmentRequest({
      url,
      authToken,
      task: { call_sid: 'CA', called: '+15017122661', note: 'n'.repeat(200) },
    });
    const response = await answer(new Request(request.url, request));
    if (response.status !== 200 || !(await response.text()).startsWith('{"instruction":"conference"'))
      bad += 1;
  });
  await Promise.all(batch);
  done += ABREAST;
  if (done % every < ABREAST) sample(done);
}

/** @param {number} done */
function sample(done) {
  const seconds = (performance.now() - started) / 1_000;
  // Twice: the first collection lets finalizers run whose objects the second one frees.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss, external } = process.memoryUsage();
  console.log(JSON.stringify({ done, runs, bad, records: store.size, heapUsed, external, rss, seconds }));
}
