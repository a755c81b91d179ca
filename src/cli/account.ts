import { createTaskRouterClient, type TaskRouterClient } from '../rest/index.js';
import { UsageError } from './failure.js';

export interface AccountOptions {
  /** Another place than Twilio, such as an emulator. */
  readonly url?: string | undefined;
}

/**
 * A client of the account in the environment: TWILIO_ACCOUNT_SID, and TWILIO_AUTH_TOKEN or an API key.
 * @throws {ConfigurationError} when credentials are missing or malformed; UsageError for a bad `--url`.
 */
export function accountClient({ url }: AccountOptions): TaskRouterClient {
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new UsageError('--url must be a scheme, a host and maybe a port, such as http://127.0.0.1:8080.');
  }
  return createTaskRouterClient(url === undefined ? {} : { baseUrl: new URL(url).origin });
}

/** Where the client's requests go, for people. */
export const placeOf = ({ url }: AccountOptions): string => {
  const place = url ?? process.env.TASKROUTER_BASE_URL;
  return place === undefined || place === '' ? 'Twilio' : new URL(place).host;
};
