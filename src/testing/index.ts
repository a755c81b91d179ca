/** taskrouter-kit/testing: what tests of handlers, endpoints and stores need. */
export { createFakeClock } from './fake-clock.js';
export {
  type AssignmentRequestOptions,
  assignmentRequest,
  type EventRequestOptions,
  eventRequest,
  type SignedRequest,
} from './requests.js';
export { type HandlerInput, runHandler } from './run-handler.js';
export { sid } from './sids.js';
export { storeContract } from './store-contract/index.js';
