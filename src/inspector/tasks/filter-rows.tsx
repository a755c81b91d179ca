import type { ExplainedAt, Reason } from '../data/types.js';
import { Icon } from '../parts/icons.js';

type Filter = ExplainedAt['filters'][number];
type Fate = Filter['targets'][number]['fate'];

const FATES: Readonly<Record<Fate, string>> = {
  'not reached': 'not reached',
  present: 'here',
  'timed out': 'timed out',
  skipped: 'skipped',
  left: 'left',
};

/** The filters of a workflow as rows, their targets as cells; the way of this task is lit. */
export function FilterRows({ filters }: { filters: readonly Filter[] }) {
  return (
    <ol class="filters-way">
      {filters.map((filter, index) => {
        const isTaken = filter.targets.some(({ fate }) => fate !== 'not reached');
        const verdict = filter.matches
          ? 'matches'
          : filter.expression === null
            ? 'is not asked'
            : 'does not match';
        return (
          <li key={index} class={isTaken ? 'filter taken' : 'filter'}>
            <div class="filter-name">
              <span class={filter.matches ? 'yes' : filter.expression === null ? 'quiet' : 'no'}>
                <Icon name={filter.matches ? 'check' : filter.expression === null ? 'gone' : 'cross'} />
              </span>
              <b>
                <bdi>{filter.name}</bdi>
              </b>
              <span class="quiet">{verdict}</span>
            </div>
            {filter.expression === null ? null : (
              <Expression source={filter.expression} reasons={filter.reasons} />
            )}
            <ol class="targets">
              {filter.targets.map((target, at) => (
                <li key={at} class={`target ${target.fate.replace(' ', '-')}`}>
                  <bdi>{target.queueName}</bdi>
                  <small>{FATES[target.fate]}</small>
                </li>
              ))}
            </ol>
          </li>
        );
      })}
    </ol>
  );
}

/** An expression, and beneath it the comparisons that decided, with what each side was. */
export function Expression({ source, reasons }: { source: string; reasons: readonly Reason[] }) {
  return (
    <div class="expression">
      <code>{source}</code>
      {reasons.length === 0 ? null : (
        <ul>
          {reasons.map((reason) => (
            <li key={reason.text} class={reason.result ? 'yes' : 'no'}>
              <Icon name={reason.result ? 'check' : 'cross'} />
              <span>
                {reasons.length === 1 && reason.text === source ? null : <code>{reason.text}</code>}{' '}
                {valuesOf(reason)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function valuesOf({ values = [], missing, mismatch, result }: Reason): string {
  const known = values.map(({ name, value }) => `${name} is ${JSON.stringify(value)}`);
  const unknown = missing.map((name) => `${name} has no value`);
  const said = [...known, ...unknown, ...(mismatch === undefined ? [] : [mismatch])].join('; ');
  return said === '' ? String(result) : said;
}
