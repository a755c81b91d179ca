import { useState } from 'preact/hooks';
import { curlFor, post, Refused } from '../data/api.js';
import { faults } from '../data/store.js';
import { Command } from '../parts/copy.js';
import { Drawer } from '../parts/drawer.js';
import { go, linkWith } from '../route.js';

const SWITCHES = [
  ['duplicate', 'Callbacks are sent twice at once'],
  ['delay', 'Callbacks are sent a second late'],
  ['drop', 'Callbacks never arrive: the fallback URL is tried'],
  ['reorder', 'A callback is overtaken by the next one'],
  ['hangUp', 'The connection is closed before the answer is read'],
  ['tooManyRequests', 'REST requests get 429'],
  ['serverError', 'REST requests get 500'],
  ['lostAnswer', 'REST requests are carried out, but their answer is lost'],
  ['preconditionFailed', 'REST requests with If-Match get 412'],
  ['doubleAccept', 'Another worker accepts first: 410'],
] as const;

/** Faults on purpose: what an endpoint has to bear. */
export function FaultsDrawer() {
  const [error, setError] = useState<string | undefined>(undefined);
  const [last, setLast] = useState<object>({ duplicate: true });
  const on = faults.value;
  const set = async (name: string, value: number | boolean) => {
    const body = { [name]: value };
    setLast(body);
    const { [name]: _before, ...others } = faults.value;
    faults.value = value === false ? others : { ...others, [name]: value };
    try {
      faults.value = await post('/faults', body);
      setError(undefined);
    } catch (refusal) {
      faults.value = on;
      setError(refusal instanceof Refused ? refusal.message : String(refusal));
    }
  };
  return (
    <Drawer title="Faults" onClose={() => go(linkWith({ faults: null }))}>
      <p class="quiet">
        Once switched on, they apply until they are switched off. Once applies only the next time.
      </p>
      {error === undefined ? null : (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
      <ul class="switches">
        {SWITCHES.map(([name, what]) => {
          const left = on[name];
          return (
            <li key={name}>
              <label>
                <input
                  type="checkbox"
                  checked={left !== undefined}
                  onChange={(event) => void set(name, event.currentTarget.checked)}
                />
                <span>
                  <b>{name}</b>
                  {typeof left === 'number' ? <span class="waits"> {left} left</span> : null}
                  <small>{what}</small>
                </span>
              </label>
              <button
                type="button"
                class="button quiet"
                aria-label={`${name} once`}
                onClick={() => void set(name, 1)}
              >
                once
              </button>
            </li>
          );
        })}
      </ul>
      <Command text={curlFor('/faults', last)} what="The same in a terminal" />
    </Drawer>
  );
}
