import { expect, test } from 'vitest';
import { isNearby } from '../../../src/emulator/calls/nearby.js';

test.each([
  'http://localhost:3000/twiml',
  'http://127.0.0.1/x',
  'http://[::1]:80/',
  'http://app:3000/',
  'https://app.test/',
  'http://192.168.1.7/',
  'http://172.20.0.3/',
  'http://[fd00::1]/',
  'not a URL: the request says so',
])('%s is requested', (url) => {
  expect(isNearby(url)).toBe(true);
});

test.each([
  'https://example.com/a',
  'https://twimlets.com/hold',
  'http://8.8.8.8/',
  'http://172.32.0.1/',
  'http://[2001:db8::1]/',
  'http://10.example.com/',
])('%s is on the public network, and is not', (url) => {
  expect(isNearby(url)).toBe(false);
});
