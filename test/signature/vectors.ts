import type { FormParams } from '../../src/signature/sign.js';

/** A request and the signature known to be right for it. */
export interface Vector {
  readonly name: string;
  readonly url: string;
  readonly params?: FormParams;
  readonly body?: string;
  readonly signature: string;
}

/** The Auth Token of every vector. */
export const AUTH_TOKEN = '12345';

export const URL_WITH_QUERY = 'https://mycompany.com/myapp.php?foo=1&bar=2';

export const CALL = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
};

const HASH = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const BODY = '{"property": "value", "boolean": true}';
const EMPTY_HASH = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

/** The URL is the exact one that was signed. From Twilio's documentation and the tests of its Node.js library. */
export const TWILIO_VECTORS: readonly Vector[] = [
  { name: 'form POST', url: URL_WITH_QUERY, params: CALL, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
  {
    name: 'http with a port',
    url: 'http://mycompany.com:1234/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=',
  },
  {
    name: 'https with 443',
    url: 'https://mycompany.com:443/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: 'kvajT1Ptam85bY51eRf/AJRuM3w=',
  },
  {
    name: 'http with 80',
    url: 'http://mycompany.com:80/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: '0ZXoZLH/DfblKGATFgpif+LLRf4=',
  },
  {
    name: 'credentials',
    url: 'https://user:pass@mycompany.com/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: 'CukzLTc1tT5dXEDIHm/tKBanW10=',
  },
  {
    name: 'a user alone',
    url: 'https://user@mycompany.com/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: '2YRLlVAflCqxaNicjMpJcSTgzSs=',
  },
  {
    name: 'credentials and 443',
    url: 'https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2',
    params: CALL,
    signature: 'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=',
  },
  {
    name: 'an encoded apostrophe',
    url: `${URL_WITH_QUERY}&Body=It%27s+amazing`,
    params: CALL,
    signature: 'TfZzewPq8wqrGlMfyAud8+/IvJ0=',
  },
  {
    name: 'a raw apostrophe',
    url: `${URL_WITH_QUERY}&Body=It's+amazing`,
    params: CALL,
    signature: 'dsq4Ehbj6cs+KdTkpF5sSSplOWw=',
  },
  {
    name: 'a repeated name',
    url: URL_WITH_QUERY,
    params: { 'MessagingBinding.Address': ['+1325xxxxxxx', '+1415xxxxxxx'] },
    signature: '83O6e2vORAoJHUNzJjDWN1jz+BA=',
  },
  {
    name: 'a repeated name, the other way round',
    url: URL_WITH_QUERY,
    params: { 'MessagingBinding.Address': ['+1415xxxxxxx', '+1325xxxxxxx'] },
    signature: '83O6e2vORAoJHUNzJjDWN1jz+BA=',
  },
  {
    name: 'a repeated value',
    url: URL_WITH_QUERY,
    params: { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] },
    signature: 'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
  },
  {
    name: 'a JSON body',
    url: `${URL_WITH_QUERY}&bodySHA256=${HASH}`,
    body: BODY,
    signature: 'a9nBmqA0ju/hNViExpshrM61xv4=',
  },
  {
    name: 'a JSON body and no other query',
    url: `https://mycompany.com/myapp.php?bodySHA256=${HASH}`,
    body: BODY,
    signature: 'y77kIzt2vzLz71DgmJGsen2scGs=',
  },
  {
    name: 'an empty JSON body',
    url: `${URL_WITH_QUERY}&bodySHA256=${EMPTY_HASH}`,
    body: '{}',
    signature: 'rw/jVviOgicj2+kHZULvebnA4ag=',
  },
  {
    name: "the documentation's page",
    url: 'https://example.com/myapp.php?foo=1&bar=2',
    params: { ...CALL, Caller: '+14158675310', From: '+14158675310' },
    signature: 'L/OH5YylLD5NRKLltdqwSvS0BnU=',
  },
];

/** Worked out by hand from the rules, for what the published ones leave open. */
export const OWN_VECTORS: readonly Vector[] = [
  { name: 'no parameters', url: 'https://example.com/assignment', signature: 'S5yUfP+Ltm4oFUNkPBbxEN0k0kU=' },
  {
    name: 'an empty value',
    url: 'https://example.com/assignment',
    params: { A: '', B: 'x' },
    signature: 'x8iIdQfDlzoiQuQ9yDTo6ObnwRo=',
  },
  {
    name: 'names that differ in case',
    url: 'https://example.com/assignment',
    params: { b: '1', B: '2', a: '3', A: '4' },
    signature: 'njnLuqS+j1+vB4hzqY9/u4vuLYw=',
  },
  {
    name: 'a value outside ASCII',
    url: 'https://example.com/assignment',
    params: { TaskAttributes: '{"name":"Zoë"}' },
    signature: '05lHUzge5rwamvAl0tqwP03dgTs=',
  },
  { name: 'GET', url: 'https://example.com/assignment?b=2&a=1', signature: 'M4gJskyGklBeWpZ0GMmIjE/InLY=' },
];
