import { UsageError } from './failure.js';

/**
 * Where the local TaskRouter is. Commands for it make tasks and tokens, and move workers: none of that may reach Twilio,
 * where TASKROUTER_BASE_URL may lead.
 *
 * @param from - where the URL was given, in the words of an error.
 * @throws {UsageError} for what is no URL, and for one of Twilio.
 */
export function localUrl(given: string, from = '--url'): URL {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw new UsageError(`${from} must be where the emulator is, such as http://127.0.0.1:8080.`);
  }
  const url = new URL(given);
  if (/(?:^|\.)twilio\.com\.?$/.test(url.hostname)) {
    throw new UsageError(
      `${from} (or TASKROUTER_BASE_URL) points to Twilio, ${url.hostname}, but this command is only for a local TaskRouter. Nothing was sent. Give the --url that taskrouter-kit dev prints.`,
    );
  }
  return url;
}
