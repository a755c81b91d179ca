import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';

export type VariableValue = string | number | boolean;

/** What `env` and `${env.NAME}` stand for while one definition is read. */
export class Variables {
  /** The name given with `--env`. */
  readonly environment: string | undefined;
  /** The environments that the definition was seen to know. */
  readonly known = new Set<string>();
  readonly #values: Readonly<Record<string, string | undefined>>;
  readonly #fallback: Readonly<Record<string, string | undefined>>;

  /**
   * @param values - those of the environment that was chosen. They win.
   * @param fallback - default: the variables of the process.
   */
  constructor(
    environment: string | undefined = undefined,
    values: Readonly<Record<string, string | undefined>> = {},
    fallback: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.environment = environment;
    this.#values = values;
    this.#fallback = fallback;
  }

  get(name: string): string | undefined {
    return own(this.#values, name) ?? own(this.#fallback, name);
  }

  /** What to do about a variable that has no value. */
  missing(name: string): string {
    const { environment } = this;
    const meant = nearMiss(name, Object.keys(this.#values));
    const hint =
      meant === undefined
        ? environment === undefined
          ? `Set ${name}, or choose an environment that has it with --env`
          : `Put it into .env.${environment}, or set ${name}`
        : `Did you mean "${meant}"?`;
    return `the variable ${name} has no value. ${hint}${hint.endsWith('?') ? '' : '.'}`;
  }
}

const own = (from: Readonly<Record<string, string | undefined>>, name: string) =>
  Object.hasOwn(from, name) ? from[name] : undefined;

const reading = new AsyncLocalStorage<Variables>();

/** Runs what loads a definition, with these variables for its calls of {@link env}. */
export const withVariables = <T>(variables: Variables, run: () => T): T => reading.run(variables, run);

/**
 * A value that differs between environments, read when the file is loaded.
 *
 * With a name: the variable of `.env.<environment>` beside the file, else of the process, else the `fallback`. With an
 * object: the value under the name given with `--env`, else under `default`.
 *
 * @throws {ConfigurationError} `missing-variable` if there is none.
 * @example
 * const base = env('CALLBACK_BASE');
 * const agents = env({ production: 20, default: 2 });
 */
export function env(name: string, fallback?: string): string;
export function env<const T>(values: Readonly<Record<string, T>>): T;
export function env(first: string | Readonly<Record<string, unknown>>, fallback?: string): unknown {
  const variables = reading.getStore() ?? new Variables();
  if (typeof first === 'string') {
    const value = variables.get(first) ?? fallback;
    if (value !== undefined) return value;
    throw new ConfigurationError('missing-variable', sentence(variables.missing(first)));
  }
  const { environment } = variables;
  for (const name of Object.keys(first)) if (name !== 'default') variables.known.add(name);
  const name = environment !== undefined && Object.hasOwn(first, environment) ? environment : 'default';
  if (Object.hasOwn(first, name)) return first[name];
  const names = Object.keys(first).join(', ');
  throw new ConfigurationError(
    'missing-variable',
    environment === undefined
      ? `A value depends on the environment: choose one of ${names} with --env, or add a default.`
      : `There is no value for the environment "${environment}", only for ${names}. Add one, or a default.`,
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
