import * as sdk from 'twilio-taskrouter';
import { describe, expect, test } from 'vitest';
import { expected } from './expected.js';
import { openOffice } from './office.js';
import { hangUpAll, type ScenarioName, scenarios } from './scenarios.js';

// It warns of its two address options at every start.
for (const level of ['warn', 'error'] as const) console[level] = () => {};

describe("Twilio's Worker SDK, unchanged but for its two addresses", () => {
  test.each(Object.keys(scenarios) as ScenarioName[])('%s', async (name) => {
    const { office, close } = await openOffice();
    try {
      expect(await scenarios[name](sdk, office)).toEqual(expected[name]);
    } finally {
      hangUpAll();
      await close();
    }
  });
});
