import { body, matchedData, type ValidationChain, validationResult } from 'express-validator';
import { badRequest } from '../engine/refusal.js';
import { camelCase, type Params, ruleOf, type Values } from './kinds.js';

/** Reads and checks the parameters of one operation. */
export type ReadParameters<P> = (given: Readonly<Record<string, unknown>>) => Promise<Values<P>>;

/**
 * Turns a table of parameters into their reader. Names are case-sensitive and unknown ones are ignored, as Twilio
 * does.
 *
 * @returns a function that refuses with 400 and 20001, naming every bad parameter.
 */
export function parameterReader<P extends Params>(params: P): ReadParameters<P> {
  const chains = Object.entries(params).map(([name, kind]) => ({
    name,
    required: kind.endsWith('!'),
    absent: ruleOf(bare(kind)).empty ? [undefined] : [undefined, ''],
    chain: chainOf(name, kind),
  }));
  return async (given) => {
    // All of a request's parameters are in one place here, whether they came as form, query or header.
    const request = { body: given };
    for (const { name, required, absent, chain } of chains) {
      // express-validator's own notion of an optional field would take 0 and false for absent.
      if (required || !absent.includes(given[name] as string)) await chain.run(request);
    }
    const faults = validationResult(request).array({ onlyFirstError: true });
    if (faults.length > 0) throw badRequest(faults.map(({ msg }) => String(msg)).join('; '));
    const values = Object.entries(matchedData(request)).map(([name, value]) => [camelCase(name), value]);
    return Object.fromEntries(values) as Values<P>;
  };
}

function chainOf(name: string, declared: string): ValidationChain {
  const kind = bare(declared);
  const { takes, check, read, repeats } = ruleOf(kind);
  const missing = `Missing required parameter ${name} in the post body`;
  let chain = body(name, `${name} is not ${takes}`).exists().withMessage(missing).bail();
  if (kind !== 'queues') chain = chain.custom((value) => isText(value) || (repeats && isTexts(value))).bail();
  if (check) chain = check(chain).bail();
  return read ? chain.customSanitizer((value) => read([value].flat().join(','))) : chain;
}

const bare = (kind: string) => kind.replace(/!$/, '');
const isText = (value: unknown) => typeof value === 'string';
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
